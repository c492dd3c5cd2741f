import type { BuildRequest } from "@imagespec/core/builder";
import { insecureRegistries, isLoopback, namesHost, parseReference, throughMirror } from "@imagespec/registry";

/**
 * The registries of a build that the user allows to be without TLS, and that docker itself will speak to: docker's own
 * settings decide how, and no client can change them. Those on this machine docker speaks to over http by itself.
 *
 * @throws ImageSpecError E_OPTIONS for a value of IMAGESPEC_INSECURE_REGISTRIES that is no list of hosts.
 */
export function insecureHosts(
  { plan, target, mirrors }: Pick<BuildRequest, "plan" | "target" | "mirrors">,
  env: NodeJS.ProcessEnv,
): string[] {
  const allowed = insecureRegistries(env.IMAGESPEC_INSECURE_REGISTRIES);
  const { environment, commands } = plan.steps;
  const pulled = [
    plan.base.kind === "reference" ? plan.base.reference : undefined,
    environment?.uvImage ?? commands?.uvImage,
    environment?.manager === "conda" ? environment.micromambaImage : undefined,
  ].flatMap((image) => (image === undefined ? [] : [throughMirror(image, mirrors)]));
  const images = target.push ? [...pulled, target.reference] : pulled;
  const hosts = new Set(images.map((image) => parseReference(image).registry));
  return [...hosts].filter((host) => namesHost(allowed, host) && !isLoopback(host)).sort();
}
