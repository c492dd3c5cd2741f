import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface PublishedPackage {
  name: string;
  version: string;
  folder: string;
  manifest: Record<string, unknown>;
}

/** The packages of this workspace that are published, by name. */
export function publishedPackages(): PublishedPackage[] {
  const packages = fileURLToPath(new URL("../../packages/", import.meta.url));
  return readdirSync(packages)
    .map((name) => join(packages, name))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      return { name: manifest.name as string, version: manifest.version as string, folder, manifest };
    })
    .filter(({ manifest }) => manifest.private !== true);
}
