import { createReadStream } from "node:fs";
import { type BuildResult, ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { DockerArchive, OciLayout, parseReference } from "@imagespec/registry";
import type { BuildSession } from "../session/build-session.ts";
import type { AssembledImage } from "./assemble-image.ts";
import type { ImagePush } from "./image-push.ts";
import { writeImage } from "./write-image.ts";

/** Writes the image to the output asked for, and to its registry where it is pushed. The digest is that of the tag. */
export async function deliver(
  session: BuildSession,
  images: readonly AssembledImage[],
  push: ImagePush | undefined,
): Promise<BuildResult> {
  const { plan, target } = session.request;
  const reference = parseReference(plan.reference);
  const result: BuildResult = { reference: plan.reference };
  const output = target.output ?? (target.push ? undefined : { kind: "engine" as const });
  if (output?.kind === "oci")
    result.digest = (await writeImage(session, images, new OciLayout(output.path), reference.tag)).digest;
  else if (output?.kind === "docker-archive") await archive(session, images, output.path);
  else if (output?.kind === "engine") {
    const file = session.cache.temporary();
    try {
      await archive(session, images, file);
      await loadIntoEngine(file, plan.reference, session.signal);
    } finally {
      await session.cache.removeScratch(file, session.warn);
    }
  }
  if (push === undefined) return result;
  const { digest, mediaType, bytes } = await push.write(images);
  return { ...result, digest, manifest: { mediaType, size: bytes.length } };
}

function archive(session: BuildSession, images: readonly AssembledImage[], path: string): Promise<void> {
  const { reference } = session.request.plan;
  return DockerArchive.write(path, reference, (sink) => writeImage(session, images, sink, undefined));
}

/**
 * Gives an archive to the container engine docker's own command would talk to.
 *
 * @throws ImageSpecError E_DAEMON naming where it listens.
 */
async function loadIntoEngine(archive: string, reference: string, signal: AbortSignal): Promise<void> {
  try {
    // Only this output needs an engine, so the others do not load its client.
    const { ContainerEngine } = await import("@imagespec/container-engine");
    const engine = await ContainerEngine.connect({ signal });
    await engine.loadImage(createReadStream(archive, { highWaterMark: 1024 * 1024 }));
  } catch (cause) {
    if (!isImageSpecError(cause, "E_DAEMON")) throw cause;
    throw new ImageSpecError("E_DAEMON", `The image ${reference} was not loaded: ${cause.message}`, {
      hint: "Start the engine or set DOCKER_HOST; without one, use --output oci:DIR or --output docker-archive:FILE.",
      cause,
    });
  }
}
