import { chownSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findConfig } from "./find-config.ts";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "find-config-")));
});
afterEach(() => rm(root, { recursive: true }));

// Only root may give files away.
it.runIf(process.getuid?.() === 0).each(["mjs", "ts", "json", "yaml"])(
  "does not take a config of somebody else, such as one in a shared temporary folder: %s",
  async (ending) => {
    const file = join(root, `imagespec.config.${ending}`);
    writeFileSync(file, "");
    expect(await findConfig(root)).toBe(file);
    chownSync(file, 4242, 4242);
    expect(await findConfig(root)).toBeUndefined();
    // The folder's owner decides what is in it, as where a container mounts a project.
    chownSync(root, 4242, 4242);
    expect(await findConfig(root)).toBe(file);
    chownSync(file, 0, 0);
    expect(await findConfig(root)).toBe(file);
  },
);
