import { text } from "node:stream/consumers";
import type { ContainerEngine } from "@imagespec/container-engine";

/**
 * The needles that occur anywhere in an image: in its config, its history, or the bytes of any of its layers as the
 * engine exports them (uncompressed tars).
 */
export async function findInImage(
  engine: ContainerEngine,
  image: string,
  needles: readonly string[],
): Promise<string[]> {
  const found = new Set<string>();
  const ask = (what: string) => engine.request({ method: "GET", path: `/images/${image}/${what}` }, text);
  const described = (await ask("json")) + (await ask("history"));
  for (const needle of needles) if (described.includes(needle)) found.add(needle);
  const wanted = needles.map((needle) => ({ needle, bytes: Buffer.from(needle) }));
  const overlap = Math.max(...wanted.map(({ bytes }) => bytes.length)) - 1;
  await engine.request({ method: "GET", path: `/images/${image}/get` }, async (archive) => {
    let tail = Buffer.alloc(0);
    for await (const chunk of archive as AsyncIterable<Buffer>) {
      const window = Buffer.concat([tail, chunk]);
      for (const { needle, bytes } of wanted) if (window.includes(bytes)) found.add(needle);
      tail = Buffer.from(window.subarray(Math.max(0, window.length - overlap)));
    }
  });
  return [...found];
}

/** A secret in the forms in which it could leak: as it is, base64 and URL-encoded. */
export function formsOf(secret: string): string[] {
  const encoded = [0, 1, 2].map((shift) => {
    // Inside longer text base64 depends on the position; the middle of it is the same for each of three shifts.
    const text = Buffer.from(`${"x".repeat(shift)}${secret}`).toString("base64");
    return text.slice(shift === 0 ? 0 : 4, Math.floor(text.length / 4) * 4 - 4);
  });
  return [...new Set([secret, encodeURIComponent(secret), ...encoded])];
}
