import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { ImageSpecError } from "@imagespec/registry";

/** Limit of an answer in bytes; descriptions of images and engines are far smaller. */
const LARGEST_ANSWER = 4 * 1024 * 1024;
/** Milliseconds for such an answer. */
const LONGEST_MS = 10_000;
const TOO_LONG = "The container engine's answer is too long";
/** Characters of one message about progress. */
const LONGEST_MESSAGE = 1024 * 1024;

/** One message of the stream in which the engine tells of a load, pull or push. */
export interface ProgressMessage {
  status?: string;
  stream?: string;
  id?: string;
  aux?: unknown;
}

/**
 * Reads a whole answer.
 *
 * @throws ImageSpecError E_DAEMON when it is over 4 MiB, or has not ended after ten seconds.
 */
export async function readText(answer: Readable): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const late = setTimeout(
    () => answer.destroy(strangeAnswer("The container engine's answer does not end")),
    LONGEST_MS,
  );
  try {
    for await (const chunk of answer as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > LARGEST_ANSWER) throw strangeAnswer(TOO_LONG);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(late);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/**
 * Reads a stream of JSON messages to its end. The engine answers 200 first and reports a failure within the stream.
 *
 * @param failed makes the error for a failure the engine reports.
 * @throws what `failed` returns; ImageSpecError E_DAEMON when the stream is not JSON or a message is too long.
 */
export async function readProgress(
  answer: Readable,
  failed: (reason: string) => Error,
  onMessage: (message: ProgressMessage) => void = () => {},
): Promise<void> {
  const decoder = new StringDecoder("utf8");
  const read = (line: string): void => {
    if (line.trim() === "") return;
    const message = parseJson(line) as ProgressMessage & { error?: unknown; errorDetail?: { message?: unknown } };
    const reason = message?.errorDetail?.message ?? message?.error;
    if (reason !== undefined) throw failed(String(reason));
    onMessage(message);
  };
  let rest = "";
  for await (const chunk of answer) {
    const lines = (rest + (typeof chunk === "string" ? chunk : decoder.write(chunk))).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LONGEST_MESSAGE) throw strangeAnswer(TOO_LONG);
    for (const line of lines) read(line);
  }
  read(rest + decoder.end());
}

/**
 * Reads JSON from the engine.
 *
 * @throws ImageSpecError E_DAEMON when it is not JSON.
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw strangeAnswer("The container engine's answer is not JSON", cause);
  }
}

/** The error for an answer that no docker engine gives. */
export function strangeAnswer(message: string, cause?: unknown): ImageSpecError {
  return new ImageSpecError("E_DAEMON", message, { cause, hint: "Check that DOCKER_HOST points to a docker engine." });
}
