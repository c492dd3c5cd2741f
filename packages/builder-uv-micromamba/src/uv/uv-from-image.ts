import { chmod } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { ImageSpecError } from "@imagespec/core/builder";
import { parseReference, type RegistryClient, readImage } from "@imagespec/registry";
import { extract } from "tar-stream";
import type { BlobStore } from "../cache/blob-store.ts";
import type { RecordStore } from "../cache/record-store.ts";

/**
 * A program of an image, streamed into the cache and checked by its digest each time; nothing else of the image is
 * kept. Returns its path. Throws E_TOOL_MISSING when the image has no such file for this machine.
 */
export async function programFromImage(
  image: string,
  paths: readonly string[],
  stores: { blobs: BlobStore; records: RecordStore },
  registry: RegistryClient,
  signal: AbortSignal,
): Promise<string> {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const key = { image, paths, architecture };
  const known = await stores.records.get<{ digest: string }>("programs", key);
  if (known !== undefined && (await stores.blobs.verify(known.digest))) return stores.blobs.path(known.digest);
  const reference = parseReference(image);
  const source = registry.repository(reference);
  const { manifest } = await readImage(
    source,
    reference.digest ?? reference.tag ?? "latest",
    { os: "linux", architecture },
    { signal },
  );
  for (const layer of [...manifest.layers].reverse()) {
    const digest = await findFile(source.getBlob(layer, { signal }), layer.mediaType, paths, stores.blobs);
    if (digest === undefined) continue;
    await chmod(stores.blobs.path(digest), 0o755);
    await stores.records.set("programs", key, { digest });
    return stores.blobs.path(digest);
  }
  throw new ImageSpecError("E_TOOL_MISSING", `${image} has no ${paths.join(" or ")} for linux/${architecture}`, {
    hint: "install the program and put it on PATH, or correct builderConfig",
  });
}

async function findFile(
  blob: AsyncIterable<Uint8Array>,
  mediaType: string,
  paths: readonly string[],
  blobs: BlobStore,
): Promise<string | undefined> {
  const tar = extract();
  const decoder = mediaType.endsWith("zstd")
    ? createZstdDecompress()
    : mediaType.endsWith("gzip")
      ? createGunzip()
      : undefined;
  const feeding = pour(blob, tar, decoder);
  feeding.catch((error: Error) => tar.destroy(error));
  let digest: string | undefined;
  for await (const entry of tar) {
    const name = `/${entry.header.name.replace(/^\.?\/+/, "")}`;
    if (entry.header.type === "file" && paths.includes(name)) {
      digest = (await blobs.write(entry as unknown as AsyncIterable<Uint8Array>)).digest;
    } else entry.resume();
  }
  await feeding;
  return digest;
}

async function pour(
  blob: AsyncIterable<Uint8Array>,
  tar: ReturnType<typeof extract>,
  decoder: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress> | undefined,
): Promise<void> {
  const sink = tar as unknown as NodeJS.WritableStream;
  if (decoder === undefined) await pipeline(blob, sink);
  else await pipeline(blob, decoder, sink);
}
