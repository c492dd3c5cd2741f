/** The bytes of numbers, in the memory of the numbers. */
export function bytesIn({ buffer, byteOffset, byteLength }: Float64Array<ArrayBuffer>): Buffer<ArrayBuffer> {
  return Buffer.from(buffer, byteOffset, byteLength);
}
