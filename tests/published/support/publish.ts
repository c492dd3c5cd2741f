import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../../../scripts/services/command.ts";

const WORKSPACE = fileURLToPath(new URL("../../../", import.meta.url));

/** Publishes every package, as a release does: pnpm writes versions in place of `workspace:` and `catalog:`. */
export async function publishWorkspace(registry: string): Promise<void> {
  const args = ["-r", "--filter", "./packages/*", "publish", "--no-git-checks", "--registry", registry];
  await command("pnpm", [...args, `--config.${token(registry)}`], { cwd: WORKSPACE });
}

/** Publishes a folder as it is. */
async function publishFolder(folder: string, registry: string): Promise<void> {
  await command("npm", ["publish", "--registry", registry, `--${token(registry)}`, "--tag", "latest"], { cwd: folder });
}

/** Publishes an installed package once more, under another version and with what `change` makes of its manifest. */
export async function publishAgain(
  installed: string,
  registry: string,
  change: (manifest: Record<string, unknown>) => Record<string, unknown>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "publish-again-"));
  try {
    await cp(installed, folder, { recursive: true, dereference: true });
    await rm(join(folder, "node_modules"), { recursive: true, force: true });
    const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    await writeFile(join(folder, "package.json"), JSON.stringify(change(manifest), null, 2));
    await publishFolder(folder, registry);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The registry accepts packages from anybody, but npm and pnpm need a token to send. */
function token(registry: string): string {
  return `${registry.replace(/^http:/, "")}:_authToken=anybody`;
}
