import { resolve } from "node:path";
import type { Spec } from "../spec/spec.ts";
import type { ResolvedSpec } from "./resolved-spec.ts";

/** What a spec's secrets become: an id and a target for each, which the plan holds, and the file of each id. */
export function secretMounts({ pipSecretMounts = [], root }: Spec): Pick<ResolvedSpec, "secrets" | "secretFiles"> {
  const files = pipSecretMounts.map(([file], index) => [`secret_${index}`, resolve(root, file)]);
  return {
    secrets: pipSecretMounts.map(([, target], index) => ({ id: `secret_${index}`, target })),
    secretFiles: Object.fromEntries(files),
  };
}
