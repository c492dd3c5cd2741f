import { type FileHandle, open } from "node:fs/promises";
import { ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { haveOneContent } from "../layer/one-content.ts";
import { readDirectory } from "./zip-directory.ts";
import type { ReadAt } from "./zip-entry.ts";
import { PackedMember, type ZipMember } from "./zip-member.ts";

/** Archives up to this size are read into memory at once. */
const IN_MEMORY = 24 * 1024 * 1024;

/** A zip file on disk, whose directory is judged by {@link readDirectory}. */
export class ZipArchive {
  /** Its files, each path once. */
  readonly members: readonly ZipMember[];
  /** The paths of the folders that it lists. */
  readonly folders: readonly string[];
  readonly #file: FileHandle;

  private constructor(file: FileHandle, members: ZipMember[], folders: string[]) {
    this.#file = file;
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
      const whole = size <= IN_MEMORY ? await readAt(file, 0, size) : undefined;
      const read: ReadAt = (at, length) =>
        whole === undefined ? readAt(file, at, length) : whole.subarray(at, at + length);
      const { files, repeats, folders } = await readDirectory(read, size, subject);
      const members = new Map(files.map((listed) => [listed.path, new PackedMember(read, listed, subject)]));
      for (const listed of repeats) {
        const first = members.get(listed.path) as PackedMember;
        if (!(await haveOneContent(asFile(first), asFile(new PackedMember(read, listed, subject)))))
          throw new ImageSpecError("E_RESOLVE", `${subject}: ${listed.path} is there twice, with different contents`);
      }
      return new ZipArchive(file, [...members.values()], folders);
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
