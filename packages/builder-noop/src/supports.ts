import type { BuildRequest, Unsupported } from "@imagespec/core/builder";

/** Parameters that say nothing about what is in the image; any other one would change it. */
const HARMLESS: ReadonlySet<string> = new Set([
  "name",
  "builder",
  "registry",
  "baseImage",
  "platform",
  "tagFormat",
  "runtimePackages",
  "pipSecretMounts",
  "registryConfig",
  "sourceCopyMode",
]);

/** What of a request noop cannot do: change the base image, or return one that is not a name. Pure. */
export function supports({ spec, plan }: BuildRequest): Unsupported[] {
  const refused = Object.entries(spec)
    .filter(([parameter, value]) => !HARMLESS.has(parameter) && isGiven(parameter, value))
    .map(([parameter]) => ({ parameter, reason: "noop builds nothing, so this would be ignored" }));
  if (typeof spec.baseImage === "string" && plan.base.kind === "reference") return refused;
  return [{ parameter: "baseImage", reason: "noop returns it, so it must be the name of an image" }, ...refused];
}

function isGiven(parameter: string, value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (parameter === "entrypoint") return true;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
