import { once } from "node:events";
import { checkEpoch } from "@imagespec/core/builder";
import { pack as createPack, type Pack } from "tar-stream";
import { checkEntry } from "./check-entry.ts";
import type { ContextEntry } from "./context-files.ts";

/** What a context needs besides its entries. */
export interface ContextTarOptions {
  /** Opens the bytes of a shipped file, checked against its size and hash while they are read. */
  open: (file: Extract<ContextEntry, { type: "file" }>) => AsyncIterable<Uint8Array>;
  /** Modification time of every entry, in whole seconds since 1970; 0 when left out. */
  mtime?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The entries as a tar stream (POSIX pax): the same entries give the same bytes. Owners are 0:0; times and order come
 * from the arguments alone. Throws at once for an entry that could leave the folder it is unpacked in; a file
 * that changed since it was hashed ends the stream with the error of `open`.
 */
export function contextTar(entries: readonly ContextEntry[], options: ContextTarOptions): AsyncIterable<Uint8Array> {
  const seconds = checkEpoch(options.mtime ?? 0, "The time for files");
  const seen = new Map<string, string>();
  for (const entry of entries) checkEntry(entry, seen);
  return stream(entries, new Date(seconds * 1000), options);
}

async function* stream(entries: readonly ContextEntry[], mtime: Date, options: ContextTarOptions) {
  const pack = createPack();
  const writing = writeEntries(pack, entries, mtime, options).then(
    () => pack.finalize(),
    (error: unknown) => void pack.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    for await (const chunk of pack) yield chunk as Uint8Array;
  } finally {
    // A reader that stops early must not leave the writer waiting for it.
    pack.destroy();
    await writing;
  }
}

type Header = Parameters<Pack["entry"]>[0];

async function writeEntries(
  pack: Pack,
  entries: readonly ContextEntry[],
  mtime: Date,
  options: ContextTarOptions,
): Promise<void> {
  for (const entry of entries) {
    options.signal?.throwIfAborted();
    const header: Header = { name: entry.path, mode: entry.mode, mtime, uid: 0, gid: 0 };
    if (entry.type === "file")
      await writeFile(pack, { ...header, type: "file", size: entry.size }, options.open(entry));
    else if (entry.type === "text") await writeWhole(pack, { ...header, type: "file" }, Buffer.from(entry.text));
    else if (entry.type === "symlink") await writeWhole(pack, { ...header, type: "symlink", linkname: entry.link });
    else await writeWhole(pack, { ...header, type: "directory" });
  }
}

function writeWhole(pack: Pack, header: Header, bytes?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => (error ? reject(error) : resolve());
    const sink = bytes === undefined ? pack.entry(header, done) : pack.entry(header, bytes, done);
    sink.on("error", reject);
  });
}

async function writeFile(pack: Pack, header: Header, content: AsyncIterable<Uint8Array>): Promise<void> {
  const { promise: closed, resolve, reject } = Promise.withResolvers<void>();
  // Sink, callback and pack all report the same fault; without a listener on each, it would end the process.
  const sink = pack.entry(header, (error) => (error ? reject(error) : resolve()));
  sink.on("error", reject);
  closed.catch(() => undefined);
  for await (const chunk of content) if (!sink.write(chunk)) await Promise.race([once(sink, "drain"), closed]);
  sink.end(null);
  await closed;
}
