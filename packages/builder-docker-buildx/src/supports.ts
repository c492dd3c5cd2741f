import { type BuildRequest, ImageSpecError, type Unsupported } from "@imagespec/core/builder";
import type { DockerClient } from "./docker-client.ts";
import type { DockerBuildxOptions } from "./options.ts";

/** What docker cannot do, whatever is installed. */
export function supports({ plan }: BuildRequest): Unsupported[] {
  const targets = plan.steps.packages?.secrets.map(({ target }) => target) ?? [];
  // Newer frontends replace variables in mount paths, older ones do not: such a path has no one meaning.
  return targets
    .filter((target) => /[$\r\n]/.test(target) || !target.startsWith("/"))
    .map((target) => ({ parameter: "pipSecretMounts", reason: `cannot mount a secret at ${JSON.stringify(target)}` }));
}

/**
 * Throws for what needs the buildx plug-in where there is none, before anything is built.
 *
 * @throws ImageSpecError E_UNSUPPORTED naming the parameters and what to install.
 */
export function checkClient(
  { kind, version }: DockerClient,
  { target, options }: BuildRequest<DockerBuildxOptions>,
): void {
  if (kind === "buildx") return;
  const wants: Unsupported[] = [];
  if (target.platforms.length > 1) {
    wants.push({ parameter: "platform", reason: `more than one (${target.platforms.join(", ")})` });
  }
  if (options.cacheTo.length > 0) wants.push({ parameter: "builderOptions", reason: "cacheTo" });
  if (options.builder !== undefined) wants.push({ parameter: "builderOptions", reason: "builder" });
  if (options.provenance !== false) wants.push({ parameter: "builderOptions", reason: "provenance" });
  if (wants.length === 0) return;
  const list = wants.map(({ parameter, reason }) => `${parameter}: ${reason}`).join("; ");
  throw new ImageSpecError("E_UNSUPPORTED", `docker ${version} without the buildx plug-in cannot do this: ${list}`, {
    hint: "Install docker's buildx plug-in (package docker-buildx or docker-buildx-plugin).",
    details: { builder: "docker-buildx", unsupported: wants },
  });
}
