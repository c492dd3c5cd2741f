import { ImageSpecError } from "@imagespec/core/builder";
import { collectBytes } from "@imagespec/registry";
import { isFile, readLayer, unreadable } from "./read-layer.ts";
import { layerText } from "./scan-layer.ts";

/** Limit in bytes of a file that is read whole. */
const FILE_BYTES = 64 * 1024 * 1024;

/** A layer of a base as it is stored; `subject` names it in messages. */
export interface LayerBlob {
  bytes: AsyncIterable<Uint8Array>;
  subject: string;
  signal: AbortSignal;
}

/**
 * The contents of files that a layer has, by path.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a large one, and one with holes.
 */
export async function readFiles(
  { bytes, subject, signal }: LayerBlob,
  wanted: ReadonlySet<string>,
): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  await readLayer(bytes, {
    subject,
    signal,
    async visit(member, refuse) {
      const { path, header, sparse } = member;
      if (!wanted.has(path) || !isFile(header)) return;
      if (sparse) throw refuse(`/${path} is a sparse file`);
      if (header.size > FILE_BYTES)
        throw refuse(`/${path} has ${header.size} bytes, and at most ${FILE_BYTES} are read`);
      found.set(path, Buffer.from(await collectBytes(member, header.size, path)));
    },
  });
  for (const path of wanted)
    if (!found.has(path)) throw new ImageSpecError("E_INTERNAL", `${subject} has lost /${path}`);
  return found;
}

/** The text of one such file. */
export async function readText(layer: LayerBlob, path: string): Promise<string> {
  const [bytes = Buffer.of()] = (await readFiles(layer, new Set([path]))).values();
  return layerText(bytes, path, (why) => unreadable(layer.subject, why));
}
