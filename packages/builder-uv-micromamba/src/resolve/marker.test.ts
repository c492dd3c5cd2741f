import { markerHolds } from "@imagespec/core/builder";
import { describe, expect, it } from "vitest";
import type { PythonTarget } from "../target/python-target.ts";
import { uvPlatform } from "../target/python-target.ts";
import { wheelFits } from "../target/wheel-tags.ts";
import { parseWheelName } from "../wheel/wheel-name.ts";
import { markerEnvironment } from "./lock-limits.ts";

const GLIBC: PythonTarget = {
  minor: "3.11",
  version: "3.11.2",
  architecture: "amd64",
  libc: { family: "glibc", major: 2, minor: 36 },
};
const MUSL: PythonTarget = { ...GLIBC, libc: { family: "musl", major: 1, minor: 2 } };
const environment = markerEnvironment(GLIBC);

describe("markerHolds", () => {
  const holds = (marker: string, extras?: string[]) => markerHolds(marker, environment, extras);

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

  it("knows extras", () => {
    expect(holds("extra == 'http'", ["http"])).toBe(true);
    expect(holds("extra == 'http'")).toBe(false);
    expect(holds("extra != 'http'")).toBe(true);
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

  it("refuses what is not a marker", () => {
    for (const marker of [
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

describe("wheelFits", () => {
  const fits = (tags: string, target = GLIBC) => wheelFits(parseWheelName(`a-1-${tags}.whl`), target);

  it("takes what the interpreter and the C library can load", () => {
    for (const tags of [
      "py3-none-any",
      "py2.py3-none-any",
      "cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64",
      "cp39-abi3-manylinux_2_28_x86_64",
      "py311-none-any",
      "cp311-none-linux_x86_64",
    ])
      expect(fits(tags), tags).toBe(true);
  });
  it("leaves what it cannot", () => {
    for (const tags of [
      "py2-none-any",
      "cp312-cp312-manylinux_2_17_x86_64",
      "cp310-cp310-manylinux_2_17_x86_64",
      "cp312-abi3-manylinux_2_17_x86_64",
      "cp311-cp311-manylinux_2_39_x86_64",
      "cp311-cp311-manylinux_2_17_aarch64",
      "cp311-cp311-musllinux_1_2_x86_64",
      "cp311-cp311-macosx_11_0_arm64",
      "cp311-cp311-win_amd64",
      "py312-none-any",
    ])
      expect(fits(tags), tags).toBe(false);
    expect(fits("cp311-cp311-musllinux_1_2_x86_64", MUSL)).toBe(true);
    expect(fits("cp311-cp311-manylinux_2_17_x86_64", MUSL)).toBe(false);
  });
});

describe("uvPlatform", () => {
  const glibc = (minor: number, architecture = "amd64") =>
    uvPlatform({ ...GLIBC, architecture, libc: { family: "glibc", major: 2, minor } });
  it("takes the newest platform uv has that the base can load", () => {
    expect(glibc(36)).toBe("x86_64-manylinux_2_36");
    expect(glibc(30)).toBe("x86_64-manylinux_2_28");
    expect(glibc(43, "arm64")).toBe("aarch64-manylinux_2_40");
    expect(uvPlatform(MUSL)).toBe("x86_64-unknown-linux-musl");
  });
  it("refuses what uv has none for", () => {
    expect(() => glibc(12)).toThrow(/glibc 2\.12/);
    expect(() => glibc(36, "s390x")).toThrow(/s390x/);
  });
});
