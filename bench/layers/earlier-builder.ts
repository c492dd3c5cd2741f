import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "@imagespec/core/builder";
import { cached } from "../../scripts/services/cache.ts";

/** The last commit that deflated every layer anew: the goal for the processor time of layers counts from it. */
const COMMIT = "31f2b6ed22e1e1daeba8051c923b1bb3a466c4b0";
const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const BUILDER = "@imagespec/builder-uv-micromamba";

/**
 * The builder as that commit has it, built by the tools that it names; undefined where the repository's history is cut
 * off.
 */
export async function earlierBuilder(): Promise<{ name: string; dist: string } | undefined> {
  const git = (...args: string[]) => runTool("git", ["-C", REPOSITORY, ...args]);
  const isThere = await git("cat-file", "-e", `${COMMIT}^{commit}`).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const folder = await cached(`bench/commits/${COMMIT}`, async (target) => {
    const archive = join(target, "source.tar");
    await git("archive", `--output=${archive}`, COMMIT);
    await runTool("tar", ["-xf", archive, "-C", target]);
    await rm(archive);
    const pnpm = (...args: string[]) => runTool("pnpm", ["--dir", target, ...args]);
    await pnpm("install", "--frozen-lockfile", "--prefer-offline");
    await pnpm("--filter", `${BUILDER}...`, "run", "build");
  });
  return { name: `imagespec at ${COMMIT.slice(0, 7)}`, dist: join(folder, "packages/builder-uv-micromamba/dist") };
}
