import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { digestOf, type ImageLayer, MEDIA_TYPES, OciLayout, pushImage } from "@imagespec/registry";

/**
 * Writes an OCI layout with one image of random layers in gzip, as skopeo would pack them otherwise, tagged `bench`;
 * returns its folder.
 */
export async function makeLayout(folder: string, layers: { count: number; bytes: number }): Promise<string> {
  const made: ImageLayer[] = [];
  const diff_ids: string[] = [];
  const layout = new OciLayout(folder);
  for (let index = 0; index < layers.count; index++) {
    const content = randomBytes(layers.bytes);
    const bytes = gzipSync(content, { level: 0 });
    diff_ids.push(digestOf(content));
    const descriptor = { mediaType: MEDIA_TYPES.ociLayerGzip, digest: digestOf(bytes), size: bytes.length };
    await layout.putBlob(descriptor, async function* () {
      yield bytes;
    });
    made.push({
      descriptor,
      open: () => {
        throw new Error("it is there");
      },
    });
  }
  const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids } };
  await pushImage(layout, { config, layers: made }, { tag: "bench" });
  return folder;
}
