/** The size of a tar's blocks: headers and contents fill whole ones. */
const BLOCK = 512;
/** The largest size that eleven octal digits hold. */
const LARGEST_OCTAL = 0o77777777777;

/** What ends a tar: two empty blocks (POSIX.1-2017, pax, "ustar Interchange Format"). */
export const TAR_END: Uint8Array = Buffer.alloc(2 * BLOCK);

/**
 * One file of a tar: header, content, padding. Owner 0:0, mode 0644, no time; `name` is ASCII of at most 100
 * characters, and `content` has `size` bytes. Sizes from 8 GiB on are written in base 256, as GNU tar, Go and bsdtar
 * read them.
 */
export async function* tarEntry(
  name: string,
  size: number,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield header(name, size);
  yield* content;
  const rest = size % BLOCK;
  if (rest !== 0) yield Buffer.alloc(BLOCK - rest);
}

function header(name: string, size: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, "ascii");
  block.write("0000644\0", 100, "ascii");
  block.write("0000000\0", 108, "ascii");
  block.write("0000000\0", 116, "ascii");
  if (size <= LARGEST_OCTAL) block.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "ascii");
  else {
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  }
  block.write("00000000000\0", 136, "ascii");
  block.write("0", 156, "ascii");
  block.write("ustar\x0000", 257, "ascii");
  // The checksum counts its own field as eight spaces.
  block.fill(" ", 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "ascii");
  return block;
}
