import { resolve as resolvePath } from "node:path";
import { ImageSpecError } from "@imagespec/registry/terms";

/** Where an image is written besides or instead of its registry. Paths are absolute. */
export type Output =
  /** An OCI image layout in a folder. */
  | { kind: "oci"; path: string }
  /** A tar file as `docker load` reads it. */
  | { kind: "docker-archive"; path: string }
  /** The container engine on this machine. */
  | { kind: "engine" };

/**
 * Reads `oci:DIR`, `docker-archive:FILE` or `engine`; relative paths start from the working directory.
 *
 * @throws ImageSpecError E_OPTIONS for anything else.
 */
export function parseOutput(text: string): Output {
  if (text === "engine") return { kind: "engine" };
  const [, kind, path] = /^(oci|docker-archive):(.+)$/s.exec(text) ?? [];
  if (kind === undefined || path === undefined || path.includes("\0")) {
    throw new ImageSpecError("E_OPTIONS", `The output "${text}" has none of the known forms`, {
      hint: "Use oci:DIR, docker-archive:FILE or engine.",
    });
  }
  return { kind: kind as "oci" | "docker-archive", path: resolvePath(path) };
}

/** The text that {@link parseOutput} reads as this output. */
export function outputText(output: Output): string {
  return output.kind === "engine" ? "engine" : `${output.kind}:${output.path}`;
}
