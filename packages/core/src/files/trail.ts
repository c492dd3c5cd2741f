import { lstatSync, type Stats } from "node:fs";
import { readRegularFile } from "@imagespec/registry/terms";
import { fileStats } from "./file-stats.ts";
import { areTelling } from "./file-times.ts";

/** A folder that was listed. */
export interface TrailFolder {
  /** From the tree's top, with `/`. */
  path: string;
  /** What it holds, in the order in which the system lists it, with `/` between. */
  names: string;
  /** For each name a letter of {@link KIND}. */
  kinds: string;
}

/** What a name of a folder stands for. Rules tell no more apart than folders, links, and all else. */
export const KIND = { folder: "d", shippedFile: "f", otherFile: "-", shippedLink: "l", otherLink: "s" } as const;

/** What a path led to that a rule asked about: with numbers where its content was read, too. */
export type Witness = [path: string, kind: FileKind, version?: FileVersion];

export type FileKind = "none" | "file" | "folder" | "link" | "special";

/** Size, mtime, ctime and inode. */
export type FileVersion = readonly [number, number, number, number];

/**
 * What the listing of a tree met, in the order in which it met it: all that the list depends on, but for what the files
 * hold that are listed. Where it meets the same again, the list is the same.
 */
export class Trail {
  readonly folders: TrailFolder[] = [];
  /** Targets of the links that are shipped. */
  readonly links: string[] = [];
  readonly witnesses: Witness[] = [];
  #isWhole = true;

  /** Whether the list depends on nothing else. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Says that the list depends on something that is not kept here. */
  doubt(): void {
    this.#isWhole = false;
  }

  /** Tells warnings, which a list that is known would not tell again. */
  doubting(warn: (message: string) => void): (message: string) => void {
    return (message) => {
      this.doubt();
      warn(message);
    };
  }

  /** What a path leads to. @throws what the file system says, unless it is that nothing is there. */
  kindOf(path: string): FileKind {
    return this.#witness(path, false);
  }

  /** The same of a path whose content is read next, which is then part of what was met. */
  beforeReading(path: string): FileKind {
    return this.#witness(path, true);
  }

  /** Reads a file that decides about others. @throws what `readRegularFile` throws. */
  async read(path: string, limit: number): Promise<Buffer> {
    const kind = this.beforeReading(path);
    try {
      const bytes = await readRegularFile(path, limit);
      if (kind !== "file") this.doubt();
      return bytes;
    } catch (error) {
      if (kind !== "none") this.doubt();
      throw error;
    }
  }

  #witness(path: string, isRead: boolean): FileKind {
    const stats = this.#lstat(path);
    const kind = kindOf(stats);
    if (!isRead || stats === undefined || kind !== "file") this.witnesses.push([path, kind]);
    else if (areTelling(fileStats(stats), Date.now())) this.witnesses.push([path, kind, versionOf(stats)]);
    else this.doubt();
    return kind;
  }

  #lstat(path: string): Stats | undefined {
    try {
      return lstatSync(path, { throwIfNoEntry: false });
    } catch (error) {
      this.doubt();
      throw error;
    }
  }
}

export function kindOf(stats: Stats | undefined): FileKind {
  if (stats === undefined) return "none";
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "folder";
  return stats.isSymbolicLink() ? "link" : "special";
}

export function versionOf({ size, mtimeMs, ctimeMs, ino }: Stats): FileVersion {
  return [size, mtimeMs, ctimeMs, ino];
}
