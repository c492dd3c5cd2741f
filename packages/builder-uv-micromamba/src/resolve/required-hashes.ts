import { normalizeName } from "../wheel/wheel-name.ts";

/**
 * The sha256 hashes that requirements admit, by normalised name (pip's `--hash=sha256:...`). uv leaves checking them to
 * the installation, which here is ours.
 */
export function requiredHashes(texts: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const text of texts) {
    for (const line of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
      const hashes = [...line.matchAll(/\s--hash[= ]sha256:([0-9a-f]{64})/g)].map((match) => match[1] as string);
      const name = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)/.exec(line)?.[1];
      if (name === undefined || hashes.length === 0) continue;
      const set = found.get(normalizeName(name)) ?? new Set();
      for (const hash of hashes) set.add(hash);
      found.set(normalizeName(name), set);
    }
  }
  return found;
}
