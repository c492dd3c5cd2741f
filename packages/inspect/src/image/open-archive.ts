import { posix } from "node:path";
import {
  collectBytes,
  configPlatform,
  digestOf,
  formatPlatform,
  type ImageConfig,
  ImageSpecError,
} from "@imagespec/registry";
import { LAYER_CAPS, readLayer, startOf } from "../layer/read-layer.ts";
import { type LayerScan, scanLayer } from "../scan/scan-layer.ts";
import type { OpenedImage } from "./opened-image.ts";

const DOCUMENT_BYTES = 8 * 1024 * 1024;

/**
 * Opens the image of an archive as `docker save` writes it. The archive is a single stream, so its layers are read as they
 * come, whatever they are called; `manifest.json`, which stands at the end, puts them in order.
 *
 * @throws ImageSpecError E_UNSUPPORTED when the archive is broken or holds several images.
 */
export async function openArchive(
  archive: AsyncIterable<Uint8Array>,
  { reference, signal }: { reference: string; signal: AbortSignal },
): Promise<OpenedImage> {
  const documents = new Map<string, Uint8Array>();
  const layers = new Map<string, { scan: LayerScan; size: number }>();
  const links = new Map<string, string>();
  const refuse = (why: string, cause?: unknown) =>
    new ImageSpecError("E_UNSUPPORTED", `${reference} cannot be inspected: ${why}`, {
      hint: "Push the image to a registry, and inspect it there.",
      cause,
    });
  await readLayer(archive, {
    subject: reference,
    signal,
    caps: { ...LAYER_CAPS, bytes: 256 * 1024 ** 3 },
    refuse,
    async visit(member) {
      const { path, header } = member;
      const { type, size = 0, linkname } = header;
      // A symbolic link is seen from its folder, a hard link from the top.
      if (type === "symlink") links.set(path, posix.join(posix.dirname(path), linkname ?? ""));
      else if (type === "link") links.set(path, posix.normalize(linkname ?? ""));
      if (type !== "file" || size === 0) return;
      const { head, all } = await startOf(member);
      if (isDocument(path, head)) {
        if (size <= DOCUMENT_BYTES) documents.set(path, await collectBytes(all, size, path));
      } else if (!/(?:VERSION|oci-layout|repositories)$/.test(path)) {
        layers.set(path, { scan: await scanLayer(all, { subject: `${path} of ${reference}`, signal }), size });
      }
    },
  });
  const target = (path: string) => links.get(posix.normalize(path)) ?? posix.normalize(path);
  const read = (path: string): unknown => {
    const bytes = documents.get(target(path));
    if (bytes === undefined) throw refuse(`the archive lacks ${path}`);
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  };
  const images = read("manifest.json") as { Config: string; Layers: string[] }[];
  const [image] = images;
  if (image === undefined || images.length > 1) throw refuse(`the archive holds ${images.length} images`);
  const config = read(image.Config) as ImageConfig;
  return {
    reference,
    digest: digestOf(documents.get(target(image.Config)) as Uint8Array),
    platform: formatPlatform(configPlatform(config)),
    config,
    layers: image.Layers.map((path, index) => {
      const found = layers.get(target(path));
      if (found === undefined) throw refuse(`the archive lacks ${path}`);
      return { digest: config.rootfs.diff_ids[index] ?? path, size: found.size, scan: async () => found.scan };
    }),
  };
}

/** Tar archives and compressed ones never begin with a bracket; what does is JSON. */
function isDocument(path: string, head: Uint8Array): boolean {
  return path.endsWith(".json") || head[0] === 0x7b || head[0] === 0x5b;
}
