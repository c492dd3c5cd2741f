import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import {
  digestOf,
  MEDIA_TYPES,
  parsePlatform,
  parseReference,
  pushImage,
  RegistryClient,
  readImage,
} from "@imagespec/registry";
import { pack } from "tar-stream";
import type { Mutation } from "./mutant-builder.ts";

/** A mutation that lays one file of root's over the image that the honest builder pushed. */
export function lays(path: string, text: string): Mutation {
  return {
    builds: async (request, honest) => {
      const result = await honest(request);
      const { reference, platforms, push } = request.target;
      if (!push) return result;
      const tar = pack();
      tar.entry({ name: path.slice(1), mode: 0o644, uid: 0, gid: 0 }, text);
      tar.finalize();
      const uncompressed = await buffer(tar);
      const bytes = gzipSync(uncompressed);
      const layer = { mediaType: MEDIA_TYPES.ociLayer, digest: digestOf(bytes), size: bytes.length };
      const repository = new RegistryClient().repository(reference, { mirror: false });
      const { tag = "latest" } = parseReference(reference);
      const { config, manifest } = await readImage(repository, tag, parsePlatform(platforms[0] ?? ""));
      const diffId = `sha256:${createHash("sha256").update(uncompressed).digest("hex")}`;
      const rootfs = { ...config.rootfs, diff_ids: [...config.rootfs.diff_ids, diffId] };
      const layers = manifest.layers.map((descriptor) => ({ descriptor, open: () => repository.getBlob(descriptor) }));
      const open = async function* () {
        yield bytes;
      };
      const history = [...(config.history ?? []), { created_by: "mutant" }];
      const parts = { config: { ...config, rootfs, history }, layers: [...layers, { descriptor: layer, open }] };
      const { digest } = await pushImage(repository, parts, { tag });
      return { ...result, digest };
    },
  };
}
