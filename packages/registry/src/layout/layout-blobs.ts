import { verifyStream } from "../digest/verify-stream.ts";
import type { Descriptor } from "../image/descriptor.ts";
import { parseManifest } from "../image/parse-manifest.ts";
import type { ImageSource } from "../image/store.ts";
import { PieceMemory } from "../pieces/piece-memory.ts";
import { readPieces } from "../pieces/read-pieces.ts";

/** Whether a file has the bytes its descriptor says. */
export async function isIntact(path: string, descriptor: Descriptor): Promise<boolean> {
  try {
    const memory = new PieceMemory();
    const content = readPieces(path, { memory, size: descriptor.size });
    for await (const piece of verifyStream(content, descriptor, path)) memory.give(piece);
    return true;
  } catch {
    return false;
  }
}

/** Every digest that entries of an index lead to, their own included. What cannot be read leads nowhere. */
export async function listedDigests(source: ImageSource, entries: readonly Descriptor[]): Promise<Set<string>> {
  const found = new Set<string>();
  const queue = [...entries];
  for (let entry = queue.pop(); entry !== undefined; entry = queue.pop()) {
    if (found.has(entry.digest)) continue;
    found.add(entry.digest);
    const manifest = await source.getManifest(entry.digest).catch(() => undefined);
    if (manifest === undefined) continue;
    try {
      const document = parseManifest({ ...manifest, mediaType: entry.mediaType }, source.name);
      if (document.kind === "index") queue.push(...document.manifests);
      else for (const { digest } of [document.config, ...document.layers]) found.add(digest);
    } catch {
      // An artifact of another kind.
    }
  }
  return found;
}
