import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { createGunzip, zstdCompressSync } from "node:zlib";
import {
  type Descriptor,
  type ImageSink,
  type ImageSource,
  MEDIA_TYPES,
  parsePlatform,
  readImage,
} from "@imagespec/registry";

/** Bases as other tools write them; each holds the files of an image that the services make. */
export interface OddBases {
  /** Its layers are zstd, of several frames each, as podman writes them for its partial pulls. */
  zstdFrames: string;
  /** An index whose entry names no platform: only the image's config does. */
  withoutPlatform: string;
}

interface Place {
  /** Where the image is that they are made from, and its tag there. */
  source: ImageSource;
  tag: string;
  platform: string;
  /** Where they go: a repository, which `name` refers to. */
  sink: ImageSink;
  name: string;
}

/** Writes the odd bases into a repository, and returns their references. */
export async function makeOddBases({ source, tag, platform, sink, name }: Place): Promise<OddBases> {
  const { manifest, config } = await readImage(source, tag, parsePlatform(platform));
  const layers: Descriptor[] = [];
  for (const layer of manifest.layers) {
    const tar = await buffer(Readable.from(source.getBlob(layer)).pipe(createGunzip()));
    layers.push(await put(sink, MEDIA_TYPES.ociLayerZstd, frames(tar)));
  }
  const described = await put(sink, MEDIA_TYPES.ociConfig, json(config));
  const mediaType = MEDIA_TYPES.ociManifest;
  const image = json({ schemaVersion: 2, mediaType, config: described, layers });
  const child = descriptor(mediaType, image);
  await sink.putManifest({ ...child, bytes: image }, { tag: "zstd-frames" });
  const index = json({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [child] });
  await sink.putManifest({ ...descriptor(MEDIA_TYPES.ociIndex, index), bytes: index }, { tag: "without-platform" });
  return { zstdFrames: `${name}:zstd-frames`, withoutPlatform: `${name}:without-platform` };
}

/** RFC 8878: a content may be any number of frames, one after the other. */
function frames(tar: Buffer): Buffer {
  const third = Math.ceil(tar.length / 3);
  return Buffer.concat([0, 1, 2].map((part) => zstdCompressSync(tar.subarray(part * third, (part + 1) * third))));
}

async function put(sink: ImageSink, mediaType: string, bytes: Buffer): Promise<Descriptor> {
  const made = descriptor(mediaType, bytes);
  await sink.putBlob(made, () => Readable.from([bytes]));
  return made;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function descriptor(mediaType: string, bytes: Buffer): Descriptor {
  return { mediaType, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, size: bytes.length };
}
