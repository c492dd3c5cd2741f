import { describe, expect, it } from "vitest";
import { GLIBC } from "../target/fixtures/targets.ts";
import { markerEnvironment } from "./lock-limits.ts";
import { packageWithoutHash, requiredHashes, requiresHashes } from "./required-hashes.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)];
const ENVIRONMENT = markerEnvironment(GLIBC);

describe("requiredHashes", () => {
  it.each([
    [`demo-pack==1.0 --hash=sha256:${A}`, [A]],
    [`Demo.Pack == 1.0 --hash sha256:${A} --hash = sha256:${B}`, [A, B]],
    [`demo_pack==1.0 \\\n  --hash=sha256:${A} \\\r\n  --hash=sha256:${B}`, [A, B]],
    [`demo-pack==1.0 --hash="sha256:${A}" --hash='sha256:${B}'`, [A, B]],
    [`demo-pack==1.0 --hash=sha256:${A.toUpperCase()} # --hash=sha256:${B}`, [A]],
    // The later line counts, as in uv, of those whose marker holds.
    [`demo-pack==1.0 --hash=sha256:${A}\ndemo-pack==1.0 --hash=sha256:${B}`, [B]],
    [`demo-pack==1.0 --hash=sha256:${A}\ndemo-pack==1.0`, [A]],
    [
      `demo-pack==2.0; python_version > '3' --hash=sha256:${A}\ndemo-pack==1.0; python_version < '3' --hash=sha256:${B}`,
      [A],
    ],
    [`demo-pack==1.0 --hash=sha256:${A}\ndemo-pack==1.0 ; sys_platform == "win32" --hash=sha256:${B}`, [A]],
    [
      `x @ https://h/a;b.whl --hash=sha256:${B}\ndemo-pack @ https://h/d.whl ; os_name == "posix" --hash=sha256:${A}`,
      [A],
    ],
    [`https://host/x/demo_pack-1.0-py3-none-any.whl --hash=sha256:${A}`, [A]],
    [`demo-pack @ https://h/d.whl#sha256=${A}`, [A]],
    [`https://h/demo_pack-1.0-py3-none-any.whl#egg=demo-pack&sha256=${A} ; os_name == "posix"`, [A]],
    [`demo-pack @ https://h/d.whl#sha256=${A} --hash=sha256:${B}`, [B]],
  ])("admits what %j says", (text, hashes) => {
    expect([...(requiredHashes([text], ENVIRONMENT).get("demo-pack") ?? [])]).toEqual(
      hashes.map((hex) => `sha256:${hex}`),
    );
  });

  it.each(["demo-pack==1.0", `# demo-pack --hash=sha256:${A}`, ""])("says nothing of %j", (text) => {
    expect(requiredHashes([text], ENVIRONMENT).size).toBe(0);
  });

  it.each(["sha256:x", "rot13:abc", A])("refuses %s, which nobody can check", (hash) => {
    expect(() => requiredHashes([`demo-pack==1.0 --hash=${hash}`], ENVIRONMENT)).toThrow(/demo-pack/);
  });
});

it("names the package of a spec that can have no hash", () => {
  expect(packageWithoutHash(["a @ https://h/a.whl#sha256=0", "b; os_name == 'nt'", "demo==1.0"])).toBe("demo==1.0");
  expect(packageWithoutHash(["a @ https://h/a.whl#sha256=0"])).toBeUndefined();
});

describe("requiresHashes", () => {
  it.each([
    ["a\n  --require-hashes # all\nb", true],
    ["a --hash=sha256:x", false],
    ["# --require-hashes", false],
  ])("of %j is %s", (text, required) => {
    expect(requiresHashes(["a", text])).toBe(required);
  });
});
