import { describe, expect, it } from "vitest";
import { requiredHashes, requiresHashes } from "./required-hashes.ts";

const [A, B] = ["a".repeat(64), "b".repeat(64)];

describe("requiredHashes", () => {
  it.each([
    [`demo-pack==1.0 --hash=sha256:${A}`, [A]],
    [`Demo.Pack == 1.0 --hash sha256:${A} --hash = sha256:${B}`, [A, B]],
    [`demo_pack==1.0 \\\n  --hash=sha256:${A} \\\r\n  --hash=sha256:${B}`, [A, B]],
    [`demo-pack==1.0 --hash="sha256:${A}" --hash='sha256:${B}'`, [A, B]],
    [`demo-pack==1.0 --hash=sha256:${A.toUpperCase()} # --hash=sha256:${B}`, [A]],
    [`demo-pack==1.0 --hash=sha256:${A}\ndemo-pack==1.0 --hash=sha256:${B}`, [A, B]],
    [`https://host/x/demo_pack-1.0-py3-none-any.whl --hash=sha256:${A}`, [A]],
  ])("admits what %j says", (text, hashes) => {
    expect([...requiredHashes([text])].map(([name, set]) => [name, [...set]])).toEqual([
      ["demo-pack", hashes.map((hex) => `sha256:${hex}`)],
    ]);
  });

  it.each(["demo-pack==1.0", `# demo-pack --hash=sha256:${A}`, ""])("says nothing of %j", (text) => {
    expect(requiredHashes([text]).size).toBe(0);
  });

  it.each(["sha256:x", "rot13:abc", A])("refuses %s, which nobody can check", (hash) => {
    expect(() => requiredHashes([`demo-pack==1.0 --hash=${hash}`])).toThrow(/demo-pack/);
  });
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
