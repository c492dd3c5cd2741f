import { createReadStream } from "node:fs";
import { posix } from "node:path";
import { buffer } from "node:stream/consumers";
import { ImageSpecError } from "@imagespec/core/builder";
import { type ImageLayer, type ImageSink, MEDIA_TYPES, parseReference, pushImage } from "@imagespec/registry";
import { extract } from "tar-stream";

interface Entry {
  offset: number;
  size: number;
  link?: string;
}

/** tar-stream counts to the header in front of an entry's bytes. */
const HEADER = 512;
const LARGEST_DOCUMENT = 4 * 1024 * 1024;

/**
 * Copies the image in an archive that `docker save` wrote to a sink, under its tag. Layers stay as the archive has
 * them, uncompressed; their digests are the config's diff ids, which the sink checks.
 */
export async function copySavedImage(
  archive: string,
  sink: ImageSink,
  reference: string,
  signal: AbortSignal,
): Promise<void> {
  const entries = await listEntries(archive);
  const manifest = JSON.parse((await readDocument(archive, entries, "manifest.json")).toString("utf8")) as {
    Config: string;
    Layers: string[];
  }[];
  const [image] = manifest;
  if (image === undefined) throw broken(archive, "it holds no image");
  const config = await readDocument(archive, entries, image.Config);
  const diffIds = (JSON.parse(config.toString("utf8")) as { rootfs?: { diff_ids?: string[] } }).rootfs?.diff_ids ?? [];
  if (diffIds.length !== image.Layers.length) throw broken(archive, "layers and config do not agree");
  const layers = image.Layers.map((name, index): ImageLayer => {
    const { offset, size } = find(archive, entries, name);
    return {
      descriptor: { mediaType: MEDIA_TYPES.ociLayer, digest: diffIds[index] ?? "", size },
      open: () => createReadStream(archive, { start: offset, end: offset + size - 1 }),
    };
  });
  const { tag } = parseReference(reference);
  await pushImage(sink, { config, layers }, { signal, tag });
}

async function listEntries(archive: string): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  const reader = extract();
  const reading = createReadStream(archive);
  reading.on("error", (error) => reader.destroy(error));
  reading.pipe(reader as unknown as NodeJS.WritableStream);
  for await (const entry of reader) {
    const { name, size, type, linkname } = entry.header;
    const link = type === "symlink" || type === "link" ? { link: linkname } : {};
    // A symbolic link is seen from its folder, a hard link from the top.
    if (type === "symlink") link.link = posix.join(posix.dirname(name), linkname);
    entries.set(posix.normalize(name), { offset: entry.offset + HEADER, size, ...link });
    entry.resume();
  }
  return entries;
}

function find(archive: string, entries: Map<string, Entry>, name: string): Entry {
  const entry = entries.get(posix.normalize(name));
  const target = entry?.link === undefined ? entry : entries.get(posix.normalize(entry.link));
  if (target === undefined || target.link !== undefined) throw broken(archive, `it lacks ${name}`);
  return target;
}

async function readDocument(archive: string, entries: Map<string, Entry>, name: string): Promise<Buffer> {
  const { offset, size } = find(archive, entries, name);
  if (size === 0 || size > LARGEST_DOCUMENT) throw broken(archive, `${name} has ${size} bytes`);
  return buffer(createReadStream(archive, { start: offset, end: offset + size - 1 }));
}

function broken(archive: string, why: string): ImageSpecError {
  return new ImageSpecError("E_BUILD", `The image that docker saved to ${archive} cannot be read: ${why}`, {
    hint: "Install docker's buildx plug-in, which writes layouts itself.",
  });
}
