import { isGiven } from "./is-given.ts";

/**
 * Files that declare packages as the parameters do: a script with its metadata inside (PEP 723), or conda's
 * environment.yml.
 */
export type DeclaringFile = "script" | "conda";

/** Which kind of declaring file a requirements path names, by the ending of its name. */
export function declaringFile(requirements: unknown): DeclaringFile | undefined {
  if (typeof requirements !== "string") return undefined;
  if (requirements.endsWith(".py")) return "script";
  return /\.ya?ml$/i.test(requirements) ? "conda" : undefined;
}

/** Whether parameters ask for a conda environment: by packages, channels, or a file that declares them. */
export function isConda(parameters: {
  readonly condaPackages?: unknown;
  readonly condaChannels?: unknown;
  readonly requirements?: unknown;
}): boolean {
  const { condaPackages, condaChannels, requirements } = parameters;
  return isGiven(condaPackages) || isGiven(condaChannels) || declaringFile(requirements) === "conda";
}
