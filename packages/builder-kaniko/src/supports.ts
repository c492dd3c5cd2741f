import type { BuildRequest, Unsupported } from "@imagespec/core/builder";
import { parsePlatform } from "@imagespec/registry";
import type { KanikoOptions } from "./options.ts";
import { unfollowableLink } from "./unfollowable-link.ts";

/** What of a request kaniko cannot do in the mode chosen; pure. */
export function supports(request: BuildRequest<KanikoOptions>): Unsupported[] {
  const { plan, target, options, files } = request;
  const found: Unsupported[] = [];
  const add = (parameter: string, reason: string) => found.push({ parameter, reason });
  if (plan.base.kind === "layout")
    add("baseImage", "kaniko fetches bases from a registry; push the layout to one first");
  for (const platform of target.platforms) {
    const { os, variant } = parsePlatform(platform);
    if (os !== "linux") add("platform", `kaniko builds linux images, not ${platform}`);
    // Its config has no field for it, so that the image would be taken for another platform's.
    else if (variant !== undefined) add("platform", `kaniko does not write the variant of ${platform} into the image`);
  }
  const link = unfollowableLink(files);
  // Its snapshot of the file system ends there, without an error: what it has not seen by then is not in the image.
  if (link !== undefined) {
    const parameter = plan.steps.files?.trees.some(({ from }) => from === "source") ? "sourceRoot" : "copy";
    add(parameter, `kaniko loses files of an image that has a link which cannot be followed: ${link}`);
  }
  if (options.cache && options.cacheRepo === undefined && !target.push)
    add("builderOptions", "cache needs cacheRepo when the image is not pushed");
  if (target.output?.kind === "engine" && target.platforms.length > 1)
    add("platform", "an engine loads the image of one platform");
  if (options.mode === "executor") {
    if ((plan.steps.packages?.secrets.length ?? 0) > 0)
      add("pipSecretMounts", "mode executor has no mounts; use mode docker or kubernetes");
    if (target.platforms.length > 1) add("platform", "mode executor builds one platform per container");
    if (target.output?.kind === "engine" || (!target.push && target.output === undefined))
      add("registry", "mode executor needs a registry to push to, or an oci: output");
  }
  if (options.mode === "kubernetes") {
    if (!target.push) add("registry", "a Job pushes its image: mode kubernetes needs a registry");
    if (target.output !== undefined) add("output", "a Job's image goes to the registry and nowhere else");
  }
  return found;
}
