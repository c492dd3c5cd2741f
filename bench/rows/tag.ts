import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "@imagespec/core/builder";
import { ensureFlytekit } from "../build/flytekit.ts";
import { CLI } from "../cli.ts";
import { measure } from "../measure.ts";
import type { RowGroup } from "../row.ts";

const FILES = 50_000;
const FLYTEKIT_TAG = fileURLToPath(new URL("../build/flytekit_tag.py", import.meta.url));

/** The tag of 50,000 files, against git, which answers the same question about the same files. */
export const tag: RowGroup = {
  name: "tag",
  async open(folder) {
    const root = join(folder, "root");
    const cache = join(folder, "cache");
    await writeFiles(join(root, "src"));
    await writeFile(
      join(root, "imagespec.json"),
      JSON.stringify({ name: "tag", sourceRoot: "src", sourceCopyMode: "all" }),
    );
    await runTool("git", ["init", "--quiet"], { cwd: root });
    await runTool("git", ["add", "--all"], { cwd: root });
    const env = { ...process.env, IMAGESPEC_CACHE_DIR: cache };
    const ours = () => measure(process.execPath, [CLI, "tag"], { cwd: root, env });
    const sums = ["-c", "find src -type f -print0 | xargs -0 sha256sum"];
    const python = await ensureFlytekit();
    const flytekit = () => measure(python, [FLYTEKIT_TAG, "src"], { cwd: root });
    const cold = { what: "ms", ours, prepare: () => rm(cache, { recursive: true, force: true }) } as const;
    const warm = { name: "tag: 50,000 files, warm", what: "ms", ours } as const;
    return {
      rows: [
        { ...cold, name: "tag: 50,000 files, cold", rival: "flytekit", goal: 0.5, theirs: flytekit },
        {
          ...cold,
          name: "tag: 50,000 files, cold",
          rival: "sha256sum",
          goal: 2,
          theirs: () => measure("/bin/sh", sums, { cwd: root }),
        },
        { ...warm, rival: "flytekit", goal: 0.12, theirs: flytekit },
        {
          ...warm,
          rival: "git status",
          goal: 3,
          theirs: () => measure("git", ["status", "--porcelain", "--", "src"], { cwd: root }),
        },
      ],
    };
  },
};

async function writeFiles(folder: string): Promise<void> {
  for (let at = 0; at < FILES; at += 500) {
    const inner = join(folder, `folder_${at / 500}`);
    await mkdir(inner, { recursive: true });
    const names = Array.from({ length: 500 }, (_, nth) => at + nth);
    await Promise.all(
      names.map((n) => writeFile(join(inner, `module_${n}.py`), `VALUE = ${n}\n`.repeat((n % 400) + 1))),
    );
  }
}
