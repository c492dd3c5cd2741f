import { describe, expect, it } from "vitest";
import { faultsOf } from "../spec/fixtures/faults-of.ts";
import { machineBreach, markerBreach } from "./marker-rule.ts";

describe("markerBreach", () => {
  it.each([
    "python_version < '3.12'",
    'sys_platform=="linux"and(python_full_version>="3.9" or extra == "x")',
    '"linux" in sys_platform',
    "os.name == 'posix'",
    "python_implementation != 'PyPy'",
    "platform_machine not in 'arm64 ppc64le'",
    // Decided by what every image of ours is.
    "sys_platform == 'darwin' and platform_release >= '20'",
    "os_name == 'posix' or platform_version > '5'",
  ])("takes %s", (marker) => {
    expect(markerBreach(marker)).toBeUndefined();
  });

  it.each([
    "platform_release >= '5'",
    "platform_version != ''",
    "platform.version == 'x'",
    "python_version < '3' or '5' < platform_release",
    "sys_platform == 'linux' and platform_release > '5'",
  ])("refuses %s, which asks what machine builds", (marker) => {
    expect(markerBreach(marker)).toMatchObject({ code: "machine_marker" });
  });

  it.each(["", " ", "nonsense", "nonsense == 'x'", "python_version >= 3", "python_version >= '3' and", "a ? b"])(
    "refuses %j, which is not a marker",
    (marker) => {
      expect(markerBreach(marker)).toMatchObject({ code: "marker" });
    },
  );

  it("ends for one that is nested very deeply", () => {
    expect(markerBreach("(".repeat(100_000))).toMatchObject({ code: "marker" });
  });
});

it("takes names of locks, which have more variables", () => {
  expect(machineBreach("'x' in extras and extra == 'extra-3-foo-cpu'")).toBeUndefined();
});

it("holds for packages by name and by address", () => {
  const hash = `#sha256=${"0".repeat(64)}`;
  const wrong = [
    "six; platform_release > '5'",
    `six @ https://h/six-1-py3-none-any.whl${hash} ; platform_version > '5'`,
  ];
  expect(faultsOf({ packages: wrong, runtimePackages: ["six; os == 'x'"] })).toMatchObject({
    "packages.0": { code: "machine_marker" },
    "packages.1": { code: "machine_marker" },
    "runtimePackages.0": { code: "marker" },
  });
});
