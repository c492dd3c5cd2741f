import { posix } from "node:path";
import type { FileTree } from "../../base/file-tree.ts";
import type { LayerEntry } from "../../base/scan-layer.ts";
import type { Library } from "../formats/elf-soname.ts";
import type { BaseSystem } from "../system/base-system.ts";
import { handedOn } from "../system/handed-on.ts";

/** The most links that are followed on the way to one file, as in Linux. */
const LINKS = 40;

/** What an installation puts at a path: something of a package, or made here. */
export interface PlannedFile extends Pick<LayerEntry, "mode" | "uid" | "gid"> {
  type: "file" | "directory" | "symlink" | "hardlink" | "removed";
  /** The target of a symbolic link as it is written; of a hard link, the target's path in the image. */
  link?: string | undefined;
  size: number;
  /** The package it comes from, and its path there; undefined for what is made here. */
  from?: { package: number; path: string } | undefined;
  /** The content of a file that is made here. */
  text?: string | Uint8Array | undefined;
  library?: Library | undefined;
}

/** The files that an installation will write over a base, by their path with links resolved. */
export class FilePlan {
  readonly planned = new Map<string, PlannedFile>();
  /** What Debian's tools have written into the base. */
  readonly system: BaseSystem;
  readonly #base: FileTree;
  readonly #folders = new Map<string, string>();

  constructor(base: FileTree, system: BaseSystem) {
    this.#base = base;
    this.system = system;
  }

  /** What is at exactly this path: what is planned there, else what the base has. */
  async get(path: string): Promise<(PlannedFile | LayerEntry) | undefined> {
    const planned = this.planned.get(path);
    return planned?.type === "removed" ? undefined : (planned ?? (await this.#base.get(path)));
  }

  /** The path with the links in its folders resolved, but not a link at its end. */
  async real(path: string): Promise<string> {
    const plain = path.replace(/^\/+/, "");
    const slash = plain.lastIndexOf("/");
    if (slash === -1) return plain;
    const folder = await this.folder(plain.slice(0, slash));
    return `${folder === "" ? "" : `${folder}/`}${plain.slice(slash + 1)}`;
  }

  /** The path with all links resolved, whether something is there or not. */
  async folder(path: string, links = 0): Promise<string> {
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    if (links > LINKS) throw handedOn(`/${path} leads into a circle of links`);
    const real = await this.real(path);
    const entry = await this.get(real);
    let found = real;
    if (entry?.type === "symlink" && !(entry as LayerEntry).hard)
      found = await this.folder(target(real, entry.link ?? ""), links + 1);
    if (entry !== undefined) this.#folders.set(path, found);
    return found;
  }

  /** Whether a path leads to something of the base, rather than to something planned or nothing. */
  async isOfBase(path: string): Promise<boolean> {
    const found = await this.resolve(path);
    return found !== undefined && !this.planned.has(found.path);
  }

  /** Whether something is at a path; a link at its end is not followed. */
  async has(path: string): Promise<boolean> {
    return (await this.get(await this.real(path))) !== undefined;
  }

  /** The text of a file: the planned one, else the base's; "" where neither exists. */
  async text(path: string): Promise<string> {
    const planned = this.planned.get(await this.real(path))?.text;
    return planned === undefined ? this.system.text(path) : String(planned);
  }

  /** What a path leads to in the end. */
  async resolve(path: string): Promise<{ path: string; entry: PlannedFile | LayerEntry } | undefined> {
    const real = await this.folder(path.replace(/^\/+/, ""));
    const entry = await this.get(real);
    return entry === undefined ? undefined : { path: real, entry };
  }

  /**
   * Plans a file of a package or of a script.
   *
   * @throws ImageSpecError E_UNSUPPORTED where something else is there.
   */
  async add(path: string, file: PlannedFile, subject: string): Promise<string> {
    const real = await this.real(path);
    if (/^(root|opt|proc|sys|dev)(\/|$)/.test(real) && file.type !== "directory")
      throw handedOn(`${subject} puts /${real} where the image's own files are`);
    const existing = await this.get(real);
    if (file.type === "directory") {
      if (existing === undefined) this.planned.set(real, file);
      else if (existing.type !== "directory" && (await this.resolve(real))?.entry.type !== "directory")
        throw handedOn(`${subject} has the folder /${real} where a file is`);
      return real;
    }
    if (existing !== undefined) throw handedOn(`${subject} has /${real}, which is there already`);
    this.planned.set(real, file);
    return real;
  }

  /** Plans a file that replaces what is there. */
  async put(path: string, file: Omit<PlannedFile, "size" | "uid" | "gid"> & Partial<PlannedFile>): Promise<void> {
    const size = file.text === undefined ? 0 : Buffer.byteLength(file.text);
    this.planned.set(await this.real(path), { uid: 0, gid: 0, size, ...file });
  }

  /** Plans a file of root's with this content that replaces what is there. */
  write(path: string, text: string | Uint8Array, mode = 0o644): Promise<void> {
    return this.put(path, { type: "file", mode, text });
  }

  /** Plans the removal of what the base has in a folder under matching names. */
  async remove(folder: string, names: RegExp): Promise<void> {
    const real = await this.folder(folder);
    for (const name of await this.#base.list(real))
      if (names.test(name)) await this.put(`${real}/${name}`, { type: "removed", mode: 0 });
  }

  /** Plans a symbolic link that replaces what is there. */
  link(path: string, link: string): Promise<void> {
    return this.put(path, { type: "symlink", link, mode: 0o777 });
  }

  /** Mode and owner of a folder that holds something planned: the base's, a package's, else root's with 0755. */
  async folderOf(path: string): Promise<{ mode: number; uid: number; gid: number }> {
    const entry = await this.get(path);
    if (entry?.type === "directory") return { mode: entry.mode, uid: entry.uid, gid: entry.gid };
    return { mode: 0o755, uid: 0, gid: 0 };
  }
}

/** Where a symbolic link at `path` leads. */
export function target(path: string, link: string): string {
  return posix.resolve(`/${path}`, "..", link).slice(1);
}
