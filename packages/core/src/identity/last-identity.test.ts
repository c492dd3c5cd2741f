import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { explainDifference } from "./explain-difference.ts";
import { keepLastIdentity, readLastIdentity } from "./last-identity.ts";

it("names each place where two documents differ", () => {
  const before = {
    id: "a",
    apt: ["git"],
    env: { A: "1", B: "2" },
    base: { image: "x" },
    files: [
      ["s/a", "file", "644", "1"],
      ["s/b", "file", "644", "2"],
    ],
  };
  const after = {
    id: "b",
    apt: ["git", "curl"],
    env: { A: "1", C: "3" },
    base: { image: "y" },
    files: [
      ["s/b", "file", "755", "2"],
      ["s/c", "file", "644", "3"],
    ],
  };
  expect(explainDifference(JSON.stringify(before), JSON.stringify(after))).toEqual([
    { path: "apt[1]", kind: "added", after: "curl" },
    { path: "env.B", kind: "removed", before: "2" },
    { path: "env.C", kind: "added", after: "3" },
    { path: "base.image", kind: "changed", before: "x", after: "y" },
    { path: "files s/a", kind: "removed", before: ["file", "644", "1"] },
    { path: "files s/b", kind: "changed", before: ["file", "644", "2"], after: ["file", "755", "2"] },
    { path: "files s/c", kind: "added", after: ["file", "644", "3"] },
  ]);
  expect(explainDifference(JSON.stringify(before), JSON.stringify(before))).toEqual([]);
});

it("takes a variable that is called like a property of every object for what it is", () => {
  const [before, after] = [{ env: { A: "1" } }, { env: { A: "1", constructor: "x" } }].map((one) =>
    JSON.stringify(one),
  );
  expect(explainDifference(before as string, after as string)).toEqual([
    { path: "env.constructor", kind: "added", after: "x" },
  ]);
});

it("keeps the last document of a name, and ignores a broken one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "identity-"));
  try {
    expect(await readLastIdentity(folder, "r/n")).toBeUndefined();
    await keepLastIdentity(folder, "r/n", { tag: "one", document: "{}" });
    await keepLastIdentity(folder, "r/n", { tag: "two", document: '{"a":1}' });
    expect(await readLastIdentity(folder, "r/n")).toEqual({ tag: "two", document: '{"a":1}' });
    const files = await readdir(join(folder, "identities"));
    expect(files).toHaveLength(1);
    const modes = await Promise.all([
      stat(join(folder, "identities")),
      stat(join(folder, "identities", files[0] ?? "")),
    ]);
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o700, 0o600]);
    await writeFile(join(folder, "identities", files[0] ?? ""), "{");
    expect(await readLastIdentity(folder, "r/n")).toBeUndefined();
  } finally {
    await rm(folder, { recursive: true });
  }
});
