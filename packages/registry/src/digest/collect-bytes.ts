import { ImageSpecError } from "../errors/image-spec-error.ts";

/** Reads a stream into memory; E_REGISTRY when it holds more than `limit` bytes. */
export async function collectBytes(
  content: AsyncIterable<Uint8Array>,
  limit: number,
  subject: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (size > limit) {
      throw new ImageSpecError("E_REGISTRY", `${subject} is larger than ${limit} bytes`, {
        hint: "Check the name and the registry: no honest registry serves this.",
      });
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
