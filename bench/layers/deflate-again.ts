import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import { pack } from "tar-stream";
import type { LayerSource } from "../../packages/builder-uv-micromamba/src/layer/layer-source.ts";

const MEMBER = 4 * 1024 * 1024;
const PARALLEL = 3;
const compress = promisify(gzip) as (data: Uint8Array, options: object) => Promise<Buffer>;

/**
 * A layer as the first releases made it, and other tools do: tar-stream's tar, deflated anew by zlib at level 6 in
 * members of 4 MiB.
 */
export async function* deflateAgain(layer: LayerSource, signal: AbortSignal): AsyncGenerator<Buffer> {
  const tar = pack();
  const filling = fill(tar, layer, signal);
  filling.catch((error: Error) => tar.destroy(error));
  const running: Promise<Buffer>[] = [];
  const diffId = createHash("sha256");
  let block = Buffer.allocUnsafe(MEMBER);
  let filled = 0;
  const full = () => {
    const options = { level: 6, memLevel: 8, strategy: constants.Z_DEFAULT_STRATEGY, chunkSize: 1024 * 1024 };
    running.push(compress(block.subarray(0, filled), options));
    block = Buffer.allocUnsafe(MEMBER);
    filled = 0;
  };
  for await (const chunk of tar as unknown as AsyncIterable<Buffer>) {
    diffId.update(chunk);
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + MEMBER - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === MEMBER) full();
    }
    while (running.length >= PARALLEL) yield (await running.shift()) as Buffer;
  }
  await filling;
  if (filled > 0) full();
  for (const member of running) yield await member;
}

async function fill(tar: ReturnType<typeof pack>, layer: LayerSource, signal: AbortSignal): Promise<void> {
  for await (const entry of layer.entries(signal)) {
    const at = { mtime: new Date(315_619_200_000), uid: entry.uid, gid: entry.gid };
    if (entry.type === "directory") {
      await new Promise<void>((resolve) =>
        tar.entry({ ...at, name: `${entry.path}/`, type: "directory", mode: entry.mode }, () => resolve()),
      );
      continue;
    }
    if (entry.type !== "file") throw new Error(`no wheel has a ${entry.type}`);
    const parts = entry.content instanceof Uint8Array ? [entry.content] : entry.content();
    const sink = tar.entry({ ...at, name: entry.path, mode: entry.mode, size: entry.size });
    for await (const part of parts)
      if (!sink.write(part)) await new Promise<void>((resolve) => sink.once("drain", resolve));
    await new Promise<void>((resolve) => sink.end(resolve));
  }
  tar.finalize();
}
