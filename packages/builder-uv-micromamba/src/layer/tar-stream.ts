import { ImageSpecError } from "@imagespec/core/builder";
import { type Pack, pack } from "tar-stream";
import { isWhiteout, LAYER_MTIME, type TarEntry, textFile, type WhiteoutEntry } from "./tar-entry.ts";

/** The ustar header has seven octal digits for an id; above it tar-stream would clamp without a word. */
const MAX_HEADER_ID = 0o777777;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * Writes entries as a tar stream, the same bytes for the same entries: fixed time, no names of users, ids too large
 * for the header in pax records. Throws E_INTERNAL for a path that would leave the image or stands there twice, and
 * whatever reading a content throws.
 */
export async function* tarStream(entries: AsyncIterable<TarEntry> | Iterable<TarEntry>): AsyncGenerator<Buffer> {
  const tar = pack();
  const filling = fill(tar, entries).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    yield* tar as unknown as AsyncIterable<Buffer>;
  } finally {
    // A reader that stops early must not leave files open behind it.
    tar.destroy();
    await filling;
  }
}

async function fill(tar: Pack, entries: AsyncIterable<TarEntry> | Iterable<TarEntry>): Promise<void> {
  const seen = new Set<string>();
  for await (const entry of entries) {
    checkPath(entry.path);
    // The last guard: who knows where the name comes from refuses it before, with a better message.
    if (entry.type !== "whiteout" && isWhiteout(entry.path))
      throw new ImageSpecError("E_INTERNAL", `${entry.path} is a name that deletes files in an image`);
    if (seen.has(entry.path)) throw new ImageSpecError("E_INTERNAL", `The layer has ${entry.path} twice`);
    seen.add(entry.path);
    await add(tar, entry);
  }
}

function add(tar: Pack, entry: TarEntry): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    if (entry.type === "whiteout") {
      const slash = entry.path.lastIndexOf("/") + 1;
      const path = `${entry.path.slice(0, slash)}.wh.${entry.path.slice(slash)}`;
      tar.entry(header(textFile(path, "")), Buffer.alloc(0), done);
      return;
    }
    if (entry.type !== "file") {
      tar.entry(header(entry), done);
      return;
    }
    if (entry.content instanceof Uint8Array) {
      if (entry.content.length !== entry.size)
        throw new ImageSpecError("E_INTERNAL", `${entry.path} has another size than its content`);
      tar.entry(header(entry), Buffer.from(entry.content.buffer, entry.content.byteOffset, entry.size), done);
      return;
    }
    // Whatever ends the entry, its file is closed before the next one, or the end of all.
    let failure: Error | undefined;
    const fail = (error: Error) => {
      failure ??= error;
    };
    const written = Promise.withResolvers<void>();
    const sink = tar.entry(header(entry), (error) => {
      if (error) fail(error);
      written.resolve();
    });
    sink.on("error", fail);
    sink.once("close", () => written.resolve());
    tar.on("error", fail);
    pour(entry.content(), sink, entry)
      .catch((error: Error) => {
        fail(error);
        sink.destroy(error);
      })
      .then(() => written.promise)
      .then(() => {
        tar.off("error", fail);
        done(failure);
      });
  });
}

async function pour(
  content: AsyncIterable<Uint8Array>,
  sink: NodeJS.WritableStream,
  { path, size }: { path: string; size: number },
): Promise<void> {
  let written = 0;
  let over = false;
  sink.once("close", () => {
    over = true;
  });
  for await (const chunk of content) {
    if (over) return;
    written += chunk.length;
    if (written > size) break;
    if (!sink.write(chunk) && !over) await writable(sink);
  }
  if (over) return;
  if (written !== size) throw new ImageSpecError("E_FILE_CHANGED", `${path} is not ${size} bytes long any more`);
  sink.end();
}

/** Resolves when there is room again, or nobody reads any more. */
function writable(sink: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      sink.off("drain", go);
      sink.off("close", go);
      resolve();
    };
    sink.on("drain", go);
    sink.on("close", go);
  });
}

type Headers = Parameters<Pack["entry"]>[0];

function header(entry: Exclude<TarEntry, WhiteoutEntry>): Headers {
  const result: Headers & { pax?: Record<string, string> } = {
    name: entry.type === "directory" ? `${entry.path}/` : entry.path,
    mode: "mode" in entry ? entry.mode : 0o777,
    uid: entry.uid,
    gid: entry.gid,
    mtime: LAYER_MTIME,
    type: entry.type === "hardlink" ? "link" : entry.type,
  };
  if (entry.type === "file") result.size = entry.size;
  if ("link" in entry) result.linkname = entry.link;
  const pax: Record<string, string> = {};
  if (entry.uid > MAX_HEADER_ID) pax.uid = String(entry.uid);
  if (entry.gid > MAX_HEADER_ID) pax.gid = String(entry.gid);
  if (Object.keys(pax).length > 0) result.pax = pax;
  return result;
}

/** Throws unless the path stays inside the image and can be written as it is. */
export function checkPath(path: string): void {
  const bad =
    path === "" ||
    path.includes("\0") ||
    LONE_SURROGATE.test(path) ||
    path.split("/").some((p) => p === "" || p === "." || p === "..");
  if (bad) throw new ImageSpecError("E_INTERNAL", `${JSON.stringify(path)} is not a path inside an image`);
}
