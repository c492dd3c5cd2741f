import { execFileSync } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isNamedPipe } from "./named-pipe.ts";

it("tells a pipe with a name from files, folders, and pipes that a shell has opened", async () => {
  const folder = await mkdtemp(join(tmpdir(), "named-pipe-"));
  const path = (name: string) => join(folder, name);
  try {
    execFileSync("mkfifo", [path("pipe")]);
    await symlink("pipe", path("link"));
    await writeFile(path("file"), "");
    const found = ["pipe", "link", "file", "missing", "."].map((name) => isNamedPipe(path(name)));
    expect(await Promise.all(found)).toEqual([true, true, false, false, false]);
    expect(await isNamedPipe("/dev/fd/0")).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});
