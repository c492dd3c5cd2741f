import { rm } from "node:fs/promises";
import type { BuildResult } from "@imagespec/core/builder";
import { DockerArchive, OciLayout, parseReference } from "@imagespec/registry";
import type { AssembledImage } from "../build/assemble.ts";
import type { BuildContext } from "../build/build-context.ts";
import { loadIntoEngine } from "./load-into-engine.ts";
import { writeImage } from "./write-image.ts";

/** Writes the image to the registry and to the output asked for. The digest is that of the tag. */
export async function deliver(context: BuildContext, images: readonly AssembledImage[]): Promise<BuildResult> {
  const { plan, target } = context.request;
  const reference = parseReference(plan.reference);
  const result: BuildResult = { reference: plan.reference };
  const output = target.output ?? (target.push ? undefined : { kind: "engine" as const });
  if (output?.kind === "oci")
    result.digest = await writeImage(context, images, new OciLayout(output.path), reference.tag);
  else if (output?.kind === "docker-archive") await archive(context, images, output.path);
  else if (output?.kind === "engine") {
    const file = context.cache.temporary();
    try {
      await archive(context, images, file);
      await loadIntoEngine(file, plan.reference, context.signal);
    } finally {
      await rm(file, { force: true });
    }
  }
  if (target.push) {
    const sink = context.registry.repository(reference, { mirror: false });
    result.digest = await writeImage(context, images, sink, reference.tag);
  }
  return result;
}

async function archive(context: BuildContext, images: readonly AssembledImage[], path: string): Promise<void> {
  const sink = await DockerArchive.create(path, context.request.plan.reference);
  try {
    await writeImage(context, images, sink, undefined);
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
