import { ImageSpecError } from "../errors/image-spec-error.ts";
import { splitRegistry } from "../reference/reference-grammar.ts";

/** Registry host to the `host[:port][/path]` that is read from in its place. */
export type Mirrors = Readonly<Record<string, string>>;

const ENTRY =
  /^([A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)=((?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?(?:\/[a-z0-9._/-]+)?)$/;

/**
 * Reads the value of IMAGESPEC_REGISTRY_MIRRORS: `docker.io=localhost:5000,ghcr.io=localhost:5000/ghcr`.
 *
 * @throws ImageSpecError E_OPTIONS that names the entry.
 */
export function parseMirrors(text: string | undefined): Mirrors {
  const mirrors = new Map<string, string>();
  for (const entry of (text ?? "").split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const match = ENTRY.exec(entry);
    if (match?.[1] === undefined || match[2] === undefined) {
      throw new ImageSpecError("E_OPTIONS", `'${entry}' is not a registry mirror`, {
        hint: "Write IMAGESPEC_REGISTRY_MIRRORS=docker.io=localhost:5000,ghcr.io=mirror.example/ghcr without a scheme.",
      });
    }
    mirrors.set(match[1], match[2].replace(/\/+$/, ""));
  }
  return Object.fromEntries(mirrors);
}

/**
 * Where a repository is read instead: the mirror's host and the repository's path there; undefined without a mirror.
 */
export function mirrorOf(
  registry: string,
  repository: string,
  mirrors: Mirrors,
): { registry: string; repository: string } | undefined {
  const mirror = Object.hasOwn(mirrors, registry) ? mirrors[registry] : undefined;
  if (mirror === undefined) return undefined;
  const [host = "", ...path] = mirror.split("/");
  return { registry: host, repository: [...path, repository].join("/") };
}

/** The reference to fetch an image by: through the mirror of its registry, or as it is where there is none. */
export function throughMirror(reference: string, mirrors: Mirrors): string {
  const [registry, rest] = splitRegistry(reference);
  const mirror = mirrorOf(registry, rest, mirrors);
  return mirror === undefined ? reference : `${mirror.registry}/${mirror.repository}`;
}
