import type { BuildRequest } from "@imagespec/core/builder";
import { buildRegistries } from "@imagespec/dockerfile";
import { isLoopback, type ProcessEnvironment } from "@imagespec/registry";

/**
 * The registries of a build that the user allows to be without TLS, and that docker itself will speak to: docker's own
 * settings decide how, and no client can change them. Those on this machine docker speaks to over http by itself.
 *
 * @throws ImageSpecError E_OPTIONS for a value of IMAGESPEC_INSECURE_REGISTRIES that is not a list of hosts.
 */
export function insecureHosts(
  { plan, target, mirrors }: Pick<BuildRequest, "plan" | "target" | "mirrors">,
  env: ProcessEnvironment,
): string[] {
  const pushed = target.push ? target.reference : undefined;
  return buildRegistries(plan, { pushed, mirrors, env }).insecure.filter((host) => !isLoopback(host));
}
