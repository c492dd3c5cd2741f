import { ImageSpecError } from "../errors/image-spec-error.ts";

/** Registry host to the `host[/prefix]` that is read from in its place. */
export type Mirrors = Record<string, string>;

const ENTRY =
  /^([A-Za-z0-9.-]+(?::\d+)?|\[[0-9a-fA-F:]+\](?::\d+)?)=((?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::\d+)?(?:\/[a-z0-9._/-]+)?)$/;

/** Reads `docker.io=localhost:5000,ghcr.io=localhost:5000/ghcr` (IMAGESPEC_REGISTRY_MIRRORS). Throws E_OPTIONS. */
export function parseMirrors(text: string | undefined): Mirrors {
  const mirrors: Mirrors = {};
  for (const entry of (text ?? "").split(",").map((part) => part.trim())) {
    if (entry === "") continue;
    const match = ENTRY.exec(entry);
    if (match?.[1] === undefined || match[2] === undefined) {
      throw new ImageSpecError("E_OPTIONS", `"${entry}" is not a registry mirror`, {
        hint: "Write IMAGESPEC_REGISTRY_MIRRORS=docker.io=localhost:5000,ghcr.io=mirror.example/ghcr without a scheme.",
      });
    }
    mirrors[match[1]] = match[2].replace(/\/+$/, "");
  }
  return mirrors;
}
