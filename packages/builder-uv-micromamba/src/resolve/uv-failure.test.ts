import { describe, expect, it } from "vitest";
import { diskFault, namedDistributions, resolutionFailure } from "./uv-failure.ts";

const explained = (text: string) => resolutionFailure(text.split("\n"), "uv pip compile", 2);

describe("resolutionFailure", () => {
  it("tells arguments that uv does not know from requirements that cannot be met", () => {
    // As uv 0.13 writes it.
    const unknown = explained(`error: unexpected argument '--foo' found

  tip: to pass '--foo' as a value, use '-- --foo'

Usage: uv pip compile [OPTIONS] --only-binary <ONLY_BINARY> <SRC_FILE|--group <GROUP>>

For more information, try '--help'.`);
    expect(unknown).toMatchObject({ code: "E_UNSUPPORTED" });
    expect(unknown.message).toBe(
      "uv cannot take pipExtraArgs or torchBackend for a resolution: unexpected argument '--foo' found",
    );
    const value = explained(`error: invalid value 'nope' for '--resolution <RESOLUTION>'
  [possible values: highest, lowest, lowest-direct]

For more information, try '--help'.`);
    expect(value.message).toContain("invalid value 'nope'");
    expect(explained("  Because there is no version of nosuch, it cannot be resolved.")).toMatchObject({
      code: "E_RESOLVE",
      hint: expect.stringContaining("the requirement uv names"),
    });
  });

  // As uv 0.13 writes them.
  it.each([
    [
      "hint: An index URL (https://host/simple) could not be queried due to a lack of valid authentication credentials (401 Unauthorized)",
      "pipSecretMounts",
    ],
    ["hint: An index (https://host/simple) returned a 403 Forbidden error.", "pipSecretMounts"],
    ["  cause: HTTP status server error (503 Service Unavailable) for url (https://host/simple/rich/)", "again later"],
    ["  cause: error sending request for url (https://host/simple/rich/)", "HTTPS_PROXY"],
  ])("says what helps with an index that does not answer: %s", (line, help) => {
    expect(explained(line)).toMatchObject({ code: "E_RESOLVE", hint: expect.stringContaining(help) });
  });
});

it.each([
  [
    "  cause: failed to create directory `/c/uv/.tmpR3/python`: No space left on device (os error 28)",
    "No space left on device",
  ],
  ["error: failed to write to file `/c/uv/x`: Read-only file system (os error 30)", "Read-only file system"],
  ['  cause: No space left on device (os error 28) at path "/c/uv/.tmpu"', "No space left on device"],
  ["  cause: Disk quota exceeded (os error 122)", "Disk quota exceeded"],
  ["  cause: Connection refused (os error 111)", undefined],
  ["  No solution found: os error 28", undefined],
])("takes a fault of the disk for one: %s", (line, reason) => {
  expect(diskFault(["error: Failed to inspect", line])).toBe(reason);
});

it("finds the installed distributions that uv names, however it spells them", () => {
  const installed = ["only-here", "Flask_Login", "six", "py"].map((name) => ({ name, version: "1.0", info: "" }));
  const lines = [
    "  Because only-here was not found in the package registry and you require",
    "  flask-login>=2,<3, we can conclude that your requirements (six[more]) are unsatisfiable. pytest.",
  ];
  expect(namedDistributions(lines, installed).map(({ name }) => name)).toEqual(["only-here", "Flask_Login", "six"]);
  expect(namedDistributions(["six"], [{ name: "six", version: "", info: "six.egg-link" }])).toEqual([]);
});
