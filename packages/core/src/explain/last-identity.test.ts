import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { keepLastIdentity, readLastIdentity } from "./last-identity.ts";

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
