import { availableParallelism } from "node:os";
import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";

/** Uncompressed bytes of one gzip member; fixed, because it decides the compressed bytes. */
export const MEMBER_BYTES = 4 * 1024 * 1024;
export const GZIP_LEVEL = 6;

const compress = promisify(gzip) as (data: Uint8Array, options: object) => Promise<Buffer>;

/**
 * Compresses a stream as gzip members of 4 MiB (RFC 1952: members are concatenated), several at a time on the thread
 * pool. Which member holds what depends on the input alone, so the bytes are the same for any number of cores.
 */
export async function* gzipMembers(
  source: AsyncIterable<Uint8Array>,
  parallel = Math.min(availableParallelism(), 8) + 1,
): AsyncGenerator<Buffer> {
  const running: Promise<Buffer>[] = [];
  const spare: Buffer[] = [];
  let members = 0;
  for await (const block of blocks(source, () => spare.pop() ?? Buffer.allocUnsafe(MEMBER_BYTES))) {
    members++;
    const member = compressMember(block).finally(() => spare.push(Buffer.from(block.buffer)));
    // Awaited below, in order; one that fails earlier must not end the process meanwhile.
    member.catch(() => {});
    running.push(member);
    if (running.length >= parallel) yield (await running.shift()) as Buffer;
  }
  if (members === 0) running.push(compressMember(new Uint8Array()));
  for (const member of running) yield await member;
}

async function compressMember(block: Uint8Array): Promise<Buffer> {
  const member = await compress(block, {
    level: GZIP_LEVEL,
    memLevel: 8,
    strategy: constants.Z_DEFAULT_STRATEGY,
    // Of the output buffer alone; the small default costs a turn of the event loop for every 16 KiB.
    chunkSize: 1024 * 1024,
  });
  // RFC 1952 2.3.1: byte 9 names the operating system; 255 is unknown, so that all systems write the same.
  member[9] = 255;
  return member;
}

async function* blocks(source: AsyncIterable<Uint8Array>, take: () => Buffer): AsyncGenerator<Uint8Array> {
  let block = take();
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + MEMBER_BYTES - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled === MEMBER_BYTES) {
        yield block;
        block = take();
        filled = 0;
      }
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
