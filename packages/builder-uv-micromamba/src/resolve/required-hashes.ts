import { type MarkerEnvironment, markerHolds, normalName } from "@imagespec/core/builder";
import { addressHash, statedHashText } from "../cache/stated-hash.ts";

/** Whether every distribution must have a hash among the requirements (pip's `--require-hashes`). */
export function requiresHashes(texts: readonly string[]): boolean {
  return texts.some((text) => /^\s*--require-hashes\s*(?:#.*)?$/m.test(text));
}

/**
 * The first of a spec's packages that is without a hash. An address may carry one, and a package with a marker may not
 * be for this image, so neither counts.
 */
export function packageWithoutHash(packages: readonly string[]): string | undefined {
  return packages.find((text) => !/[;]|:\/\//.test(text));
}

/**
 * The hashes that the requirements for an environment admit, as `algorithm:hex` by normalised name: those of pip's
 * `--hash=sha256:...`, else that of an address's fragment. uv checks them only when it installs, which this builder
 * does itself. As for uv, the later of two lines for one package counts.
 *
 * @throws ImageSpecError E_RESOLVE for one that cannot be checked.
 */
export function requiredHashes(texts: readonly string[], environment: MarkerEnvironment): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const text of texts) {
    for (const raw of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
      const line = raw.replace(/(^|\s)#.*$/, "");
      const name = requirementName(line);
      const options = [...line.matchAll(/\s--hash(?:\s*=\s*|\s+)(\S*)/g)].map((match) => match[1] as string);
      const inAddress = addressHash(line);
      const hashes = options.length > 0 || inAddress === undefined ? options : [inAddress];
      if (name === undefined || hashes.length === 0) continue;
      const stated = hashes.map((hash) =>
        statedHashText(hash.replace(/^(["'])(.*)\1$/, "$2"), `The requirement ${name}`),
      );
      const marker = markerOf(line);
      if (marker === undefined || markerHolds(marker, environment)) found.set(name, new Set(stated));
    }
  }
  return found;
}

/** The marker behind the `;` of a requirement. Behind an address it needs white space before the `;`. */
function markerOf(line: string): string | undefined {
  const [requirement = ""] = line.split(/\s--hash/, 1);
  return (requirement.includes("://") ? /\s;(.*)$/ : /;(.*)$/).exec(requirement)?.[1];
}

/** The normalised name that a requirement begins with; for the bare address of a wheel, the wheel's name. */
function requirementName(line: string): string | undefined {
  const wheel = /^\s*[a-z][a-z0-9+.-]*:\/\/\S*?\/([^/\s?#]+?)-[^/\s?#]*\.whl(?:[?#\s;]|$)/i.exec(line)?.[1];
  const name = wheel ?? /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?!\S*:\/\/)/.exec(line)?.[1];
  return name === undefined ? undefined : normalName(name);
}
