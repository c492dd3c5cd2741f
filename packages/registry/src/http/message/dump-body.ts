import type { ResponseBody } from "./http-message.ts";

/** Bytes above which another connection costs less than reading on. */
const MOST_BYTES = 128 * 1024;
/** Milliseconds that a body which matters little may take. */
const LONGEST_MS = 10_000;

/** Reads a body and drops it; gives it up beyond `limit` bytes, or when it takes long. Never throws. */
export async function dumpBody(
  body: Omit<ResponseBody, "dump">,
  { limit = MOST_BYTES }: { limit?: number } = {},
): Promise<void> {
  let read = 0;
  const reading = async () => {
    for await (const piece of body) {
      read += piece.length;
      if (read > limit) return;
    }
  };
  // Nobody wanted it.
  await readBriefly(body, reading()).catch(() => undefined);
}

/** Waits for the `reading` of a body that matters little, which fails when the body takes long. */
export function readBriefly<T>(body: Pick<ResponseBody, "destroy">, reading: Promise<T>): Promise<T> {
  const timer = setTimeout(() => body.destroy(), LONGEST_MS);
  return reading.finally(() => clearTimeout(timer));
}
