import { createHash } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { type BuildPlan, openShippedFile, type ShippedFile } from "@imagespec/core/builder";
import { contextFiles, contextTar } from "@imagespec/dockerfile";
import { type CallOptions, type ImageSink, MEDIA_TYPES, parsePlatform, pushImage } from "@imagespec/registry";

/**
 * Pushes a plan's context as an image of one layer, by digest and without a tag: unchanged files are not sent again,
 * and a Job can be run again without its client. Returns the image's digest; undefined when there is nothing to ship.
 */
export async function pushContext(
  plan: BuildPlan,
  files: readonly ShippedFile[],
  sink: ImageSink,
  options: CallOptions & { signal: AbortSignal },
): Promise<string | undefined> {
  const entries = contextFiles(plan, "", files).filter(({ path }) => path !== "Dockerfile");
  if (entries.length === 0) return undefined;
  const tar = () => contextTar(entries, { open: openShippedFile, signal: options.signal });
  const zip = (content = tar()) => pipeline(Readable.from(content), createGzip({ level: 6 }), () => undefined);

  // Written twice rather than kept: the digest must be known before the first byte is sent.
  const tarHash = createHash("sha256");
  async function* hashed() {
    for await (const chunk of tar()) {
      tarHash.update(chunk);
      yield chunk;
    }
  }
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of zip(hashed())) {
    hash.update(chunk as Uint8Array);
    size += (chunk as Uint8Array).length;
  }

  const { os, architecture } = parsePlatform(plan.platforms[0] ?? "linux/amd64");
  const rootfs = { type: "layers", diff_ids: [`sha256:${tarHash.digest("hex")}`] };
  const descriptor = { mediaType: MEDIA_TYPES.ociLayerGzip, digest: `sha256:${hash.digest("hex")}`, size };
  const config = { os, architecture, config: {}, rootfs };
  const pushed = await pushImage(
    sink,
    { config: Buffer.from(JSON.stringify(config)), layers: [{ descriptor, open: () => zip() }] },
    options,
  );
  return pushed.digest;
}
