import { describe, expect, it } from "vitest";
import { GLIBC, MUSL } from "./fixtures/targets.ts";
import { uvPlatform } from "./python-target.ts";

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
