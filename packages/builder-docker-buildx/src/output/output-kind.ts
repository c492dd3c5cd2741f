import { ImageSpecError } from "@imagespec/core";

export type OutputKind = { kind: "engine" } | { kind: "oci" | "docker-archive"; path: string };

/**
 * Reads `oci:DIR`, `docker-archive:FILE` or `engine`.
 *
 * @throws ImageSpecError E_OPTIONS for anything else.
 */
export function parseOutput(text: string): OutputKind {
  if (text === "engine") return { kind: "engine" };
  const [, kind, path] = /^(oci|docker-archive):(.+)$/s.exec(text) ?? [];
  if (kind !== undefined && path !== undefined) return { kind: kind as "oci" | "docker-archive", path };
  throw new ImageSpecError("E_OPTIONS", `The output ${JSON.stringify(text)} is not one of those known.`, {
    hint: "Write oci:DIR, docker-archive:FILE or engine.",
  });
}
