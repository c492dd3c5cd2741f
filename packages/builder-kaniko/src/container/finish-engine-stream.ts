import type { Readable } from "node:stream";

/** Reads an answer of the engine to its end. The engine says 200 first and tells of a failure in the stream. */
export async function finishEngineStream(stream: Readable): Promise<void> {
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) failOnError(line);
  }
  failOnError(rest);
}

function failOnError(line: string): void {
  if (line.trim() === "") return;
  const { error, errorDetail } = JSON.parse(line) as { error?: string; errorDetail?: { message?: string } };
  const message = errorDetail?.message ?? error;
  if (message !== undefined) throw new Error(message);
}
