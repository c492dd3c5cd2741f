import type { Problem } from "@imagespec/registry";
import { isRegistryHost, nameBreach, redact } from "@imagespec/registry/terms";

/** Where images without a registry are looked for. */
export const DOCKER_HUB = "docker.io";

const EXAMPLES = "Write it like 'localhost:30000', 'ghcr.io/username' or 'docker.io/username'.";

/** The rule for `registry`: a host with optional port and path, or a Docker Hub user; no scheme, tag or digest. */
export function registryBreach(registry: string): Problem | undefined {
  // Hides anything before an `@` too, which would be a user and password if a scheme stood in front.
  const shown = redact(registry).replace(/^[^/]*@/, "***@");
  const breach = (reason: string): Problem => ({
    code: "registry",
    message: `'${shown}' is not a container registry name: ${reason}`,
    hint: EXAMPLES,
  });
  if (registry === "") return breach("it is empty");
  if (registry.includes("://")) return breach("it has a scheme");
  if (registry.includes("@")) return breach("it has a digest or a user name");
  if (registry.endsWith("/")) return breach("it ends with '/'");
  const slash = registry.indexOf("/");
  const withoutSlash = isRegistryHost(registry) ? "" : registry;
  const afterHost = slash < 0 ? withoutSlash : registry.slice(slash);
  if (afterHost.includes(":")) return breach("it has a tag");
  const fault = nameBreach(registry, { hostAlone: true });
  return fault && breach(fault.message);
}

/** Whether a name is that of a container registry, by the grammar of distribution/reference; never throws. */
export function validateContainerRegistryName(name: string): boolean {
  return typeof name === "string" && registryBreach(name) === undefined;
}
