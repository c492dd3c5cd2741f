import { ImageSpecError } from "@imagespec/core";

/** Where the image goes besides or instead of the registry. */
export type Output = { kind: "oci" | "docker-archive"; path: string } | { kind: "engine" };

/** Reads `oci:DIR`, `docker-archive:FILE` or `engine`; without a push and an output the engine gets the image. */
export function readOutput(target: { push: boolean; output?: string }): Output | undefined {
  const { output } = target;
  if (output === undefined) return target.push ? undefined : { kind: "engine" };
  if (output === "engine") return { kind: "engine" };
  const match = /^(oci|docker-archive):(.+)$/.exec(output);
  if (match === null)
    throw new ImageSpecError("E_OPTIONS", `Not an output: ${output}`, {
      hint: "use oci:DIR, docker-archive:FILE or engine",
    });
  return { kind: match[1] as "oci" | "docker-archive", path: match[2] as string };
}
