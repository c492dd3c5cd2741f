import { spawn } from "node:child_process";
import { pipeline } from "node:stream/promises";
import { ImageSpecError } from "@imagespec/core/builder";
import { extract, type Header } from "tar-stream";
import { relativePath } from "../../base/read-layer.ts";

/** How many of the last characters of dpkg-deb's messages are kept. */
const MESSAGE = 4096;

/** One entry of a package's archive. Its content has to be read before the next entry is asked for, or is skipped. */
export interface DebEntry {
  header: Header;
  /** Relative, without `.` and empty parts; "" for the root. */
  path: string;
  content: AsyncIterable<Uint8Array>;
}

/**
 * Reads the control or the data archive of a .deb (deb(5)) as a stream from the host's dpkg-deb, which knows every
 * compression. Nothing is unpacked to disk.
 *
 * @throws ImageSpecError E_RESOLVE for a file that dpkg-deb does not read.
 */
export async function* debEntries(
  file: { path: string; subject: string; dpkgDeb: string },
  part: "control" | "data",
  signal: AbortSignal,
): AsyncGenerator<DebEntry> {
  const option = part === "control" ? "--ctrl-tarfile" : "--fsys-tarfile";
  const child = spawn(file.dpkgDeb, [option, file.path], { stdio: ["ignore", "pipe", "pipe"], signal });
  let message = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    message = (message + text).slice(-MESSAGE);
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const tar = extract();
  const feeding = pipeline(child.stdout, tar);
  // Both are awaited below; until then, a failure of either must not count as unhandled.
  ended.catch(() => {});
  feeding.catch(() => {});
  const unreadable = (cause: unknown) =>
    new ImageSpecError("E_RESOLVE", `${file.subject} is not a package that can be read: ${message.trim()}`, {
      hint: "Check the sources of the base image.",
      cause,
    });
  /** The error for a reading that ended early, once dpkg-deb has ended and said why. */
  const fault = async (cause: unknown) => {
    tar.destroy();
    await Promise.allSettled([ended, feeding]);
    return signal.aborted ? signal.reason : unreadable(cause);
  };
  async function* contentOf(entry: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* entry;
    } catch (cause) {
      throw await fault(cause);
    }
  }
  try {
    for await (const entry of tar) {
      const content = contentOf(entry as AsyncIterable<Uint8Array>);
      yield { header: entry.header, path: relativePath(entry.header.name), content };
      entry.resume();
    }
    await feeding;
    const exitCode = await ended;
    if (exitCode !== 0) throw new Error(`dpkg-deb ended with ${exitCode}`);
  } catch (cause) {
    throw await fault(cause);
  } finally {
    tar.destroy();
    child.kill();
    await Promise.allSettled([ended, feeding]);
  }
}
