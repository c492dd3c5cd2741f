import { normalName } from "@imagespec/core/builder";
import { statedHashText } from "../cache/stated-hash.ts";

/** Whether every distribution must have a hash among the requirements (pip's `--require-hashes`). */
export function requiresHashes(texts: readonly string[]): boolean {
  return texts.some((text) => /^\s*--require-hashes\s*(?:#.*)?$/m.test(text));
}

/**
 * The hashes that requirements admit, as `algorithm:hex` by normalised name (pip's `--hash=sha256:...`). uv only checks
 * them when it installs, which this builder does itself.
 *
 * @throws ImageSpecError E_RESOLVE for one that cannot be checked.
 */
export function requiredHashes(texts: readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const text of texts) {
    for (const raw of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
      const line = raw.replace(/(^|\s)#.*$/, "");
      const name = requirementName(line);
      const hashes = [...line.matchAll(/\s--hash(?:\s*=\s*|\s+)(\S*)/g)].map((match) => match[1] as string);
      if (name === undefined || hashes.length === 0) continue;
      const set = found.get(name) ?? new Set();
      for (const hash of hashes)
        set.add(statedHashText(hash.replace(/^(["'])(.*)\1$/, "$2"), `The requirement ${name}`));
      found.set(name, set);
    }
  }
  return found;
}

/** The normalised name a requirement begins with; that of the wheel where it is an address without a name. */
function requirementName(line: string): string | undefined {
  const wheel = /^\s*[a-z][a-z0-9+.-]*:\/\/\S*?\/([^/\s?#]+?)-[^/\s?#]*\.whl(?:[?#\s;]|$)/i.exec(line)?.[1];
  const name = wheel ?? /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?!\S*:\/\/)/.exec(line)?.[1];
  return name === undefined ? undefined : normalName(name);
}
