import type { BuildRequest, Unsupported } from "@imagespec/core/builder";
import { parsePlatform } from "@imagespec/registry";
import type { KanikoOptions } from "./options.ts";
import { unfollowableLink } from "./unfollowable-link.ts";

/** What of a request kaniko cannot do in the mode chosen; pure. */
export function supports(request: BuildRequest<KanikoOptions>): Unsupported[] {
  const { plan, target, options, files } = request;
  const found: Unsupported[] = [];
  if (plan.base.kind === "layout") {
    found.push({
      parameter: "baseImage",
      reason: "kaniko fetches bases from a registry; push the layout to one first",
    });
  }
  for (const platform of target.platforms) {
    const { os, variant } = parsePlatform(platform);
    if (os !== "linux") found.push({ parameter: "platform", reason: `kaniko builds linux images, not ${platform}` });
    // Its config has no field for it, so that the image would be taken for another platform's.
    else if (variant !== undefined) {
      found.push({ parameter: "platform", reason: `kaniko does not write the variant of ${platform} into the image` });
    }
  }
  const link = unfollowableLink(files);
  if (link !== undefined) {
    const parameter = plan.steps.files?.trees.some(({ from }) => from === "source") ? "sourceRoot" : "copy";
    // Its snapshot of the file system ends there, without an error: what it has not seen by then is not in the image.
    found.push({
      parameter,
      reason: `kaniko loses files of an image with a link that cannot be followed, as ${link}`,
    });
  }
  if (options.cache && options.cacheRepo === undefined && !target.push) {
    found.push({ parameter: "builderOptions", reason: "cache needs cacheRepo when the image is not pushed" });
  }
  if (target.output?.kind === "engine" && target.platforms.length > 1) {
    found.push({ parameter: "platform", reason: "an engine takes the image of one platform" });
  }
  if (options.mode === "executor") found.push(...unsupportedLocally(request));
  if (options.mode === "kubernetes") found.push(...unsupportedInKubernetes(request));
  return found;
}

function unsupportedLocally({ plan, target }: BuildRequest): Unsupported[] {
  const found: Unsupported[] = [];
  if ((plan.steps.packages?.secrets.length ?? 0) > 0) {
    found.push({ parameter: "pipSecretMounts", reason: "mode executor has no mounts; use mode docker or kubernetes" });
  }
  if (target.platforms.length > 1) {
    found.push({ parameter: "platform", reason: "mode executor builds one platform a container" });
  }
  if (target.output?.kind === "engine" || (!target.push && target.output === undefined)) {
    found.push({ parameter: "registry", reason: "mode executor needs a registry to push to, or an oci: output" });
  }
  return found;
}

function unsupportedInKubernetes({ target }: BuildRequest): Unsupported[] {
  const found: Unsupported[] = [];
  if (!target.push) {
    found.push({ parameter: "registry", reason: "a Job pushes its image: mode kubernetes needs a registry" });
  }
  if (target.output !== undefined) {
    found.push({ parameter: "output", reason: "a Job's image goes to the registry and nowhere else" });
  }
  return found;
}
