import { type FileHandle, open } from "node:fs/promises";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { haveOneContent } from "../layer/one-content.ts";
import { readDirectory } from "./zip-directory.ts";
import type { ReadAt } from "./zip-entry.ts";
import { PackedMember, type ZipMember } from "./zip-member.ts";

/** Archives up to this size are taken into memory whole. */
const IN_MEMORY = 24 * 1024 * 1024;

/** A zip file on disk, whose directory is judged by {@link readDirectory}. */
export class ZipArchive {
  /** Its files, each path once. */
  readonly members: readonly ZipMember[];
  /** The paths of the folders that it lists. */
  readonly folders: readonly string[];
  readonly #bytes: ArchiveBytes;

  private constructor(bytes: ArchiveBytes, members: ZipMember[], folders: string[]) {
    this.#bytes = bytes;
    this.members = members;
    this.folders = folders;
  }

  /**
   * @throws ImageSpecError E_RESOLVE naming `subject` when the file is not a zip or has members that a wheel must not
   * have, E_UNSUPPORTED for one that this reader does not take.
   */
  static async open(path: string, subject: string): Promise<ZipArchive> {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const bytes = new ArchiveBytes(file, size);
      const read: ReadAt = (at, length) => bytes.read(at, length);
      const { files, repeats, strays, folders } = await readDirectory(read, size, subject);
      const members = new Map(files.map((listed) => [listed.path, new PackedMember(read, listed, subject)]));
      for (const listed of repeats) {
        const first = members.get(listed.path) as PackedMember;
        if (!(await haveOneContent(asFile(first), asFile(new PackedMember(read, listed, subject)))))
          throw new ImageSpecError("E_RESOLVE", `${subject}: ${listed.path} is there twice, with different contents`);
      }
      // Another reader may find them inside, by their own headers, which are checked as they are read.
      for (const listed of strays) for await (const _ of new PackedMember(read, listed, subject).stream());
      return new ZipArchive(bytes, [...members.values()], folders);
    } catch (cause) {
      await file.close();
      if (isImageSpecError(cause)) throw cause;
      const why = (cause as Error).message;
      throw new ImageSpecError("E_RESOLVE", `${subject} is not a zip archive that can be read: ${why}`, {
        hint: "Check the file on the index: it is broken or not a wheel.",
        cause,
      });
    }
  }

  /** Reads a small archive into memory at once, for a caller that reads nearly all members. */
  load(): Promise<void> {
    return this.#bytes.load();
  }

  close(): Promise<void> {
    return this.#bytes.close();
  }
}

/** An archive's bytes, on the disk or in memory. */
class ArchiveBytes {
  readonly #file: FileHandle;
  readonly #size: number;
  #whole: Buffer | undefined;

  constructor(file: FileHandle, size: number) {
    this.#file = file;
    this.#size = size;
  }

  read(at: number, length: number): Buffer | Promise<Buffer> {
    return this.#whole?.subarray(at, at + length) ?? readAt(this.#file, at, length);
  }

  async load(): Promise<void> {
    if (this.#size <= IN_MEMORY) this.#whole = await readAt(this.#file, 0, this.#size);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function asFile(member: ZipMember): { size: number; content: () => AsyncIterable<Uint8Array> } {
  return { size: member.size, content: () => member.stream() };
}

async function readAt(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, at + filled);
    if (bytesRead === 0) throw new Error("it is shorter than its directory says");
    filled += bytesRead;
  }
  return buffer;
}
