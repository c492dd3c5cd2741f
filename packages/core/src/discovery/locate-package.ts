import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

interface PnpApi {
  resolveToUnqualified(request: string, issuer: string): string | null;
}

/**
 * The folder of a package as the project in `root` sees it, or undefined when it is not installed. Runs no code of the
 * package. Under Yarn PnP its own table is asked; else the `node_modules` folders upward (npm, pnpm, yarn, bun).
 */
export async function locatePackage(name: string, root: string): Promise<string | undefined> {
  const pnp = pnpApi(root);
  if (pnp !== undefined) {
    try {
      const folder = pnp.resolveToUnqualified(name, `${root}/`);
      if (folder !== null) return folder;
    } catch {
      return undefined; // Not a dependency that is installed.
    }
  }
  for (let folder = root; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return realpath(candidate);
    if (dirname(folder) === folder) return undefined;
  }
}

/** True when the project uses Yarn PnP and this process was started without it, so that its packages cannot be seen. */
export function isForeignPnpProject(root: string): boolean {
  return process.versions.pnp === undefined && existsSync(join(root, ".pnp.cjs"));
}

function pnpApi(root: string): PnpApi | undefined {
  if (process.versions.pnp === undefined) return undefined;
  try {
    return createRequire(join(root, "package.json"))("pnpapi") as PnpApi;
  } catch {
    return undefined; // The process runs under PnP, this project does not.
  }
}
