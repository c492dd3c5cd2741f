import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Case } from "./cases.ts";
import { buildOurs } from "./ours.ts";
import type { Rival } from "./rival.ts";

/**
 * Lets both sides build another image on the base: docker then has the base pulled, and keeps it through `--no-cache`.
 * Returns what makes our cache as it is after that: it knows the base, and nothing of what is measured.
 */
export async function warmUp(folder: string, { base, rival, cache }: { base: Case; rival: Rival; cache: string }) {
  const another: Case = { ...base, name: `${base.name}/warm-up`, packages: ["six"], aptPackages: [] };
  const known = join(folder, "cache-that-knows-the-base");
  await rival.build(another);
  await buildOurs(folder, another, { cache: known });
  return async () => {
    await rm(cache, { recursive: true, force: true });
    await cp(known, cache, { recursive: true, preserveTimestamps: true });
  };
}
