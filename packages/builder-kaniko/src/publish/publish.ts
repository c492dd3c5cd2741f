import type { BuildRequest, BuildResult } from "@imagespec/core";
import { ImageSpecError, parseReference, RegistryClient } from "@imagespec/registry";
import type { Engine } from "../docker/connect-engine.ts";
import type { KanikoOptions } from "../options/options.ts";
import { type PlatformImage, pushImages } from "./push-images.ts";

/** Brings the images where the request wants them: to the registry, and to its output. */
export async function publish(
  request: BuildRequest,
  images: readonly PlatformImage[],
  options: KanikoOptions,
  _engine: Engine | undefined,
): Promise<BuildResult> {
  const { target, signal } = request;
  const reference = target.reference ?? request.plan.reference;
  let digest: string | undefined;
  if (target.push) {
    const { name, tag } = parseReference(reference);
    const client = new RegistryClient({ credentials: request.credentials, insecure: options.insecure, mirrors: {} });
    try {
      request.emit({ type: "step", name: `push ${reference}`, status: "started" });
      digest = await pushImages(images, client.repository(name), tag, { signal });
      request.emit({ type: "step", name: `push ${reference}`, status: "done" });
    } finally {
      await client.close();
    }
  }
  if (target.output !== undefined) throw new ImageSpecError("E_UNSUPPORTED", "output");
  return digest === undefined ? { reference } : { reference, digest };
}
