import { createReadStream } from "node:fs";
import { ContainerEngine } from "@imagespec/container-engine";
import type { BuildResult } from "@imagespec/core/builder";
import { DockerArchive, OciLayout, parseReference } from "@imagespec/registry";
import type { BuildSession } from "../session/build-session.ts";
import type { AssembledImage } from "./assemble-image.ts";
import { writeImage } from "./write-image.ts";

/** Writes the image to the registry and to the output asked for. The digest is that of the tag. */
export async function deliver(session: BuildSession, images: readonly AssembledImage[]): Promise<BuildResult> {
  const { plan, target } = session.request;
  const reference = parseReference(plan.reference);
  const result: BuildResult = { reference: plan.reference };
  const output = target.output ?? (target.push ? undefined : { kind: "engine" as const });
  if (output?.kind === "oci")
    result.digest = await writeImage(session, images, new OciLayout(output.path), reference.tag);
  else if (output?.kind === "docker-archive") await archive(session, images, output.path);
  else if (output?.kind === "engine") {
    const file = session.cache.temporary();
    try {
      await archive(session, images, file);
      const engine = await ContainerEngine.connect({ signal: session.signal });
      await engine.loadImage(createReadStream(file, { highWaterMark: 1024 * 1024 }));
    } finally {
      await session.cache.removeScratch(file, session.warn);
    }
  }
  if (target.push) {
    const sink = session.registry.repository(reference, { mirror: false });
    result.digest = await writeImage(session, images, sink, reference.tag);
  }
  return result;
}

async function archive(session: BuildSession, images: readonly AssembledImage[], path: string): Promise<void> {
  const sink = await DockerArchive.create(path, session.request.plan.reference);
  try {
    await writeImage(session, images, sink, undefined);
    await sink.close();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}
