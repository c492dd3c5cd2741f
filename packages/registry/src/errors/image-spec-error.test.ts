import { describe, expect, test } from "vitest";
import { ImageSpecError } from "./image-spec-error.ts";

describe("an error never shows what a URL carries", () => {
  const urls = [
    "https://user:CANARY@host/simple",
    "https://CANARY@host/simple",
    "git+ssh://user:CANARY@host:22/x.git",
    // Not encoded, as people paste them.
    "https://user:p@CANARY@host/simple",
    "https://conda.anaconda.org/t/CANARY/channel",
  ];

  test.each(urls)("%s", (url) => {
    const error = new ImageSpecError("E_INTERNAL", `cannot use '${url}'`, {
      hint: `try ${url}`,
      details: { command: `pip -i ${url}`, tail: [url, { url }], exitCode: 1 },
      faults: [{ path: ["env", "A"], code: "userinfo", message: url, hint: url }],
    });
    const { message, hint, details, faults } = error;
    expect(JSON.stringify({ message, hint, details, faults })).not.toContain("CANARY");
    expect(message).toMatch(/^cannot use '.*\*\*\*.*'$/);
    expect(details).toMatchObject({ exitCode: 1, command: expect.stringContaining("pip -i ") });
    expect(faults).toMatchObject([{ path: ["env", "A"], code: "userinfo" }]);
  });
});
