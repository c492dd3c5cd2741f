import { ImageSpecError } from "@imagespec/core/builder";
import {
  formatPlatform,
  machinePlatform,
  parsePlatform,
  parseReference,
  type RegistryClient,
  readImage,
} from "@imagespec/registry";
import { isFile, readLayer } from "../base/read-layer.ts";
import type { BlobStore } from "../cache/blob-store.ts";
import type { RecordStore } from "../cache/record-store.ts";

/** The most bytes that a program may have. */
const LARGEST = 1024 ** 3;

export interface ProgramQuestion {
  image: string;
  /** Absolute paths it may stand at. */
  paths: readonly string[];
  blobs: BlobStore;
  records: RecordStore;
  registry: RegistryClient;
  signal: AbortSignal;
}

/**
 * The path of a program out of an image. It is streamed into the cache, and checked by its digest each time; nothing
 * else of the image is kept.
 *
 * @throws ImageSpecError E_TOOL_MISSING when the image has no such file for this machine.
 */
export async function programFromImage(question: ProgramQuestion): Promise<string> {
  const { image, paths, blobs, records, registry, signal } = question;
  const platform = parsePlatform(machinePlatform());
  const key = { image, paths, architecture: platform.architecture };
  const known = await records.get<{ digest: string }>("programs", key);
  if (known !== undefined && (await blobs.verify(known.digest))) return blobs.path(known.digest);
  const reference = parseReference(image);
  const source = registry.repository(reference);
  const tagOrDigest = reference.digest ?? reference.tag ?? "latest";
  const { manifest } = await readImage(source, tagOrDigest, platform, { signal });
  for (const layer of [...manifest.layers].reverse()) {
    let digest: string | undefined;
    await readLayer(source.getBlob(layer, { signal }), {
      subject: `layer ${layer.digest.slice(7, 19)} of ${image}`,
      signal,
      async visit(member, refuse) {
        if (!isFile(member.header) || !paths.includes(`/${member.path}`)) return;
        if (member.header.size > LARGEST) throw refuse(`/${member.path} has more than ${LARGEST} bytes`);
        // It is executable before it appears in the cache, since another process may start it right away.
        ({ digest } = await blobs.write(member, undefined, 0o755));
      },
    });
    if (digest === undefined) continue;
    await records.set("programs", key, { digest });
    return blobs.path(digest);
  }
  throw new ImageSpecError("E_TOOL_MISSING", `${image} has no ${paths.join(" or ")} for ${formatPlatform(platform)}`, {
    hint: "Install the program and put it on PATH, or correct builderConfig.",
  });
}
