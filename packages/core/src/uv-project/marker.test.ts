import { describe, expect, it } from "vitest";
import { markerHolds, reduceMarker } from "./marker.ts";

const environment = {
  python_version: "3.11",
  python_full_version: "3.11.2",
  os_name: "posix",
  sys_platform: "linux",
  platform_system: "Linux",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
};

describe("markerHolds", () => {
  const holds = (marker: string) => markerHolds(marker, environment);

  it("compares versions as numbers", () => {
    expect(holds("python_version >= '3.9'")).toBe(true);
    expect(holds("python_version < '3.9'")).toBe(false);
    expect(holds("python_full_version == '3.11.*'")).toBe(true);
    expect(holds("python_full_version != '3.11.*'")).toBe(false);
    expect(holds("python_full_version ~= '3.11.1'")).toBe(true);
    expect(holds("python_full_version < '3.11'")).toBe(false);
    expect(holds("'3.12' > python_version")).toBe(true);
  });

  it("knows the platform, and joins by precedence and parentheses", () => {
    expect(holds('sys_platform == "win32" or platform_machine == "x86_64" and os_name == "posix"')).toBe(true);
    expect(holds("(sys_platform == 'win32' or os_name == 'posix') and platform_system == 'Darwin'")).toBe(false);
    expect(holds("platform_machine in 'x86_64 aarch64'")).toBe(true);
    expect(holds("platform_machine not in 'arm64 ppc64le'")).toBe(true);
    expect(holds("platform_python_implementation != 'PyPy'")).toBe(true);
  });

  it("knows the names of before PEP 508, and takes a list of versions for one", () => {
    for (const marker of [
      "os.name == 'posix'",
      "sys.platform == 'linux' and platform.machine == 'x86_64'",
      "python_implementation == platform.python_implementation",
      "python_version in '3.10,3.11'",
      "python_version not in '3.110 3.1'",
      "python_full_version not in '3.11.20'",
      "'lin' in sys_platform",
      "'fast' not in extras and 'dev' not in dependency_groups",
    ])
      expect(holds(marker), marker).toBe(true);
  });

  // As uv 0.13 decides them: what cannot be compared is passed over, and texts have no order.
  it.each([
    ["sys_platform >= 'linux'", true],
    ["sys_platform >= 'aaa'", false],
    ["sys_platform < 'zzz'", false],
    ["'zzz' >= sys_platform", false],
    ["sys_platform ~= 'x'", true],
    ["python_version == 'linux'", true],
    ["python_version == ''", true],
    ["python_version < 'abc'", true],
    ["python_version > '3.12.*'", true],
    ["python_version in '3.9-3.10'", true],
    ["python_version in ''", false],
    ["'9' in python_version", true],
    ["'3.9.*' == python_version", true],
    ["'3.9' ~= python_version", true],
    ["'3.13' ~= python_version", false],
    ["python_full_version == 'v3.11.2'", true],
    ["python_full_version == '0!3.11.2'", true],
    ["python_full_version != 'v3.11.2'", false],
    ["python_full_version < '3.12.dev0'", true],
    ["python_version > python_full_version", true],
    ["'a' == 'b'", true],
    ["python_version < '1!3.8'", false],
    ["python_version == '1!3.11'", true],
    ["'2!3.8' < python_version", true],
    ["python_version in '3.9 1!3.11'", true],
    ["python_version in '3.9 1!3.11.*'", true],
    ["extra == os_name", true],
    ["os_name == extra", true],
    ["extra == extra", true],
    ["extra in 'x y'", true],
    ["extra >= 'a b'", true],
    ["extra != 'a b'", false],
    ["extra != ''", false],
    ["'A_b.c' != extra", true],
    ["extra == 'x'", false],
  ])("decides %s as %s", (marker, value) => {
    expect(holds(marker)).toBe(value);
  });

  it("refuses what is not a marker", () => {
    for (const marker of [
      "os_name == posix",
      "python_version === '3.11'",
      "extras == 'x'",
      "os_nam == 'posix'",
      "constructor == ''",
      "sys_platform is 'linux'",
      "sys_platform not 'win32'",
      "sys_platform not == 'win32'",
      "python_version",
      "== '3'",
      "python_version >= '3' and",
      "(os_name == 'posix'",
      "a ? b",
      "os_name == 'a' 'b'",
    ])
      expect(() => holds(marker), marker).toThrow();
  });
});

describe("reduceMarker", () => {
  const reduced = (marker: string, extras?: string[]) =>
    reduceMarker(marker, (name) => (name === "sys_platform" ? "linux" : undefined), extras);

  it("leaves what depends on variables that are not known", () => {
    expect(reduced("sys_platform == 'linux' and python_version < '3.12'")).toBe("python_version < '3.12'");
    expect(reduced("sys_platform == 'win32' and python_version < '3.12'")).toBe(false);
  });

  it("knows extras", () => {
    expect(reduced("extra == 'http'", ["http"])).toBe(true);
    expect(reduced("extra == 'http'")).toBe(false);
    expect(reduced("extra != 'http'")).toBe(true);
  });
});
