import { open, realpath, stat } from "node:fs/promises";
import type { RecordStore } from "../cache/record-store.ts";

/** What a program said of itself, and the files that its answer came from. */
interface KnownAnswer<T> {
  answer: T;
  files: FileIdentity[];
}

/** What changes, as for git's index, whenever a file is written or replaced, or its path leads to another file. */
interface FileIdentity {
  path: string;
  /**
   * Path without links, device, inode, size in bytes, and the times of the last change of content and of inode in
   * nanoseconds.
   */
  file: string;
}

const ELF = Buffer.from("\x7fELF");

/**
 * What a program says of itself. It is asked once, and again only when its file or one of the `libraries` of its answer
 * has changed. A script is asked each time, since it may come to start another program without changing itself.
 *
 * @param question `kind` is the kind of the record that keeps the answer
 */
export async function knownAnswer<T>(
  records: Pick<RecordStore, "get" | "set">,
  { kind, program }: { kind: string; program: string },
  ask: () => Promise<{ answer: T; libraries: string[] } | undefined>,
): Promise<T | undefined> {
  const key = { program, libraries: process.env.LD_LIBRARY_PATH };
  const before = await records.get<KnownAnswer<T>>(kind, key);
  if (before !== undefined && (await areSame(before.files))) return before.answer;
  const said = await ask();
  if (said === undefined) return undefined;
  const files = await identities([program, ...said.libraries]);
  if (files !== undefined) await records.set(kind, key, { answer: said.answer, files } satisfies KnownAnswer<T>);
  return said.answer;
}

/** The identity of each file; undefined unless all of them exist and are machine code (ELF). */
async function identities(paths: readonly string[]): Promise<FileIdentity[] | undefined> {
  const found = await Promise.all(
    paths.map(async (path) => ((await isMachineCode(path)) ? identityOf(path) : undefined)),
  );
  return found.every((identity) => identity !== undefined) ? found : undefined;
}

async function areSame(files: readonly FileIdentity[]): Promise<boolean> {
  const now = await Promise.all(files.map(({ path }) => identityOf(path)));
  return files.every(({ file }, at) => now[at]?.file === file);
}

async function identityOf(path: string): Promise<FileIdentity | undefined> {
  try {
    const real = await realpath(path);
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(real, { bigint: true });
    return { path, file: [real, dev, ino, size, mtimeNs, ctimeNs].join(" ") };
  } catch {
    return undefined;
  }
}

/** Whether a file can be read and is ELF: a program itself, rather than a script that starts another one. */
export async function isMachineCode(path: string): Promise<boolean> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(ELF.length), 0, ELF.length, 0);
    return bytesRead === ELF.length && buffer.equals(ELF);
  } catch {
    return false;
  }
}
