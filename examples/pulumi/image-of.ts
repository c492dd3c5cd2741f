import { ImageBuildEngine, type ImageSpec, pinnedReference } from "@imagespec/core";
import * as pulumi from "@pulumi/pulumi";

/**
 * The image of a spec, for whatever runs it. `pulumi up` builds it unless the registry has it, and pins it by digest;
 * `pulumi preview` only computes its name, and asks no registry.
 */
export function imageOf(spec: ImageSpec): pulumi.Output<string> {
  return pulumi.output(pulumi.runtime.isDryRun() ? spec.imageName() : built(spec));
}

async function built(spec: ImageSpec): Promise<string> {
  const outcome = await ImageBuildEngine.build(spec);
  await pulumi.log.info(`${outcome.reference}: ${outcome.status}`);
  return pinnedReference(outcome);
}
