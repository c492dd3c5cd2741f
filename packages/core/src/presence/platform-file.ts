import { join } from "node:path";
import type { PlatformMemory } from "@imagespec/registry";
import { readOwnFile } from "@imagespec/registry/terms";
import { replaceFile } from "../process/replace-file.ts";

/** Manifests that are remembered: those that were met last. */
const MOST = 1000;

/**
 * Remembers in the cache folder which platforms manifests are for. A file that is broken or cannot be written is done
 * without.
 */
export class PlatformFile implements PlatformMemory {
  readonly #file: string;

  constructor(cacheDir: string) {
    this.#file = join(cacheDir, "platforms.json");
  }

  async get(digest: string): Promise<readonly string[] | undefined> {
    return new Map(this.#read()).get(digest);
  }

  async set(digest: string, platforms: readonly string[]): Promise<void> {
    const entries = this.#read();
    if (new Map(entries).has(digest)) return;
    const kept = [...entries, [digest, platforms]].slice(-MOST);
    await replaceFile(this.#file, JSON.stringify(kept)).catch(() => {});
  }

  #read(): [digest: string, platforms: readonly string[]][] {
    try {
      const entries: unknown = JSON.parse(readOwnFile(this.#file));
      return Array.isArray(entries) ? entries.filter(isEntry) : [];
    } catch {
      return [];
    }
  }
}

function isEntry(value: unknown): value is [string, string[]] {
  if (!Array.isArray(value)) return false;
  const [digest, platforms] = value as unknown[];
  return typeof digest === "string" && Array.isArray(platforms) && platforms.every((one) => typeof one === "string");
}
