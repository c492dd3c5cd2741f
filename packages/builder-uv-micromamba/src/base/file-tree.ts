import { ImageSpecError } from "@imagespec/core/builder";
import type { LayerEntry, LayerIndex } from "./scan-layer.ts";

/** A layer whose facts are read when they are first asked for. */
export type LazyLayer = () => Promise<LayerIndex>;

/** An entry, its path in the layer that has it, and how many layers from the top that is. */
export interface Located {
  entry: LayerEntry;
  path: string;
  at: number;
}

const LINKS = 40;

/**
 * The files of an image as its layers show them, looked up from the top layer down, with whiteouts and opaque folders
 * (OCI image-spec, layer.md). A lookup that is settled by upper layers leaves the lower ones unread.
 */
export class FileTree {
  readonly #layers: readonly LazyLayer[];
  /** Of each layer that was listed, its paths in order. */
  readonly #paths = new Map<LayerIndex, readonly string[]>();

  /** Layers from the top one down. */
  constructor(layers: readonly LazyLayer[]) {
    this.#layers = layers;
  }

  /** The same files under one more layer. */
  under(upper: LayerIndex): FileTree {
    return new FileTree([async () => upper, ...this.#layers]);
  }

  /** The entry at exactly that path; links are not followed. */
  async get(path: string): Promise<LayerEntry | undefined> {
    return (await this.#locate(path, true, 0))?.entry;
  }

  /**
   * Looks for the entry from that layer down. With `exactly`, a folder that an upper layer only implies is looked up
   * below, for its mode and owner.
   */
  async #locate(path: string, exactly: boolean, from: number): Promise<Located | undefined> {
    let implied: Located | undefined;
    for (let at = from; at < this.#layers.length; at++) {
      const { entries } = await (this.#layers[at] as LazyLayer)();
      const entry = entries[path];
      if (entry !== undefined && !(entry.implied && exactly))
        return replaces(entry, implied?.entry) ? { entry, path, at } : implied;
      if (entry !== undefined) implied ??= { entry, path, at };
      if (isHidden(entries, path)) return implied;
    }
    return implied;
  }

  /** The file that a hard link led to when its layer was made, whatever later layers have put at that path. */
  async #linked(link: Located): Promise<Located | undefined> {
    let found: Located | undefined = link;
    for (let links = 0; found?.entry.hard; links++) {
      if (links > LINKS) throw new ImageSpecError("E_UNSUPPORTED", `/${link.path} of the base image links to itself`);
      found = await this.#locate((found.entry.link ?? "/").slice(1), true, found.at);
    }
    return found;
  }

  /** The layer that holds the file at exactly that path, counted from the top; -1 where none does. */
  async layerOf(path: string): Promise<number> {
    for (const [at, layer] of this.#layers.entries()) if ((await layer()).entries[path]?.type === "file") return at;
    return -1;
  }

  /**
   * Follows links in every part of a path. Undefined where nothing exists. A hard link is a file of its own name, whose
   * content is `located`.
   *
   * @throws ImageSpecError E_UNSUPPORTED for a cycle of links.
   */
  async resolve(path: string): Promise<{ path: string; entry: LayerEntry; located: Located } | undefined> {
    let todo = split(path);
    let done: string[] = [];
    let located: Located | undefined;
    for (let links = 0; todo.length > 0; ) {
      const [part, ...rest] = todo as [string, ...string[]];
      todo = rest;
      if (part === "..") {
        done = done.slice(0, -1);
        located = undefined;
        continue;
      }
      const here = [...done, part];
      // On the way to a file of an upper layer, lower ones need not be read.
      located = await this.#locate(here.join("/"), todo.length === 0, 0);
      if (located?.entry.hard) located = await this.#linked(located);
      if (located?.entry.type === "symlink") {
        const { link = "" } = located.entry;
        if (++links > LINKS)
          throw new ImageSpecError("E_UNSUPPORTED", `The base image has a circle of links at /${here.join("/")}`);
        if (link.startsWith("/")) done = [];
        todo = [...split(link), ...todo];
        located = undefined;
        continue;
      }
      // A layer may hold a file without entries for its folders.
      if (located === undefined && todo.length === 0) return undefined;
      done = here;
    }
    if (located === undefined && done.length > 0) located = await this.#locate(done.join("/"), true, 0);
    return located === undefined ? undefined : { path: done.join("/"), entry: located.entry, located };
  }

  /** Everything below a folder, by path in the order of names. */
  async below(folder: string): Promise<Map<string, LayerEntry>> {
    const found = await this.locatedBelow(folder);
    return new Map([...found].map(([path, { entry }]) => [path, entry]));
  }

  /** The same with the layer that has each. */
  async locatedBelow(folder: string): Promise<Map<string, Located>> {
    const found = new Map<string, Located>();
    const above: LayerIndex["entries"][] = [];
    for (const [at, layer] of this.#layers.entries()) {
      const index = await layer();
      const { entries } = index;
      const isSeen = seenBelow(above);
      for (const path of this.#pathsBelow(index, folder)) {
        const entry = entries[path] as LayerEntry;
        const upper = found.get(path)?.entry;
        if (upper !== undefined && (!upper.implied || !replaces(entry, upper))) continue;
        if (!/(^|\/)\.wh\.[^/]*$/.test(path) && isSeen(path)) found.set(path, { entry, path, at });
      }
      above.push(entries);
    }
    return new Map([...found].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** Names directly in a folder, sorted; none when the folder is not there. */
  async list(folder: string): Promise<string[]> {
    const names = new Set<string>();
    const hidden = new Set<string>();
    const prefix = `${folder}/`;
    for (const layer of this.#layers) {
      const index = await layer();
      const { entries } = index;
      const here = this.#namesIn(index, folder);
      for (const name of here) if (!hidden.has(name) && !name.startsWith(".wh.")) names.add(name);
      for (const name of here) {
        if (name.startsWith(".wh.")) hidden.add(name.slice(4));
        // Anything but a folder here hides a folder of the layers below.
        else if (entries[prefix + name]?.type !== "directory" && entries[prefix + name]) hidden.add(name);
      }
      if (isHidden(entries, prefix)) break;
    }
    return [...names].sort();
  }

  /** Names directly in a folder of one layer, whiteouts among them. */
  #namesIn(index: LayerIndex, folder: string): ReadonlySet<string> {
    const start = folder === "" ? 0 : folder.length + 1;
    const names = new Set<string>();
    for (const path of this.#pathsBelow(index, folder)) {
      const slash = path.indexOf("/", start);
      names.add(path.slice(start, slash === -1 ? undefined : slash));
    }
    return names;
  }

  /** What one layer has below a folder, in order. */
  #pathsBelow(index: LayerIndex, folder: string): readonly string[] {
    const paths = this.#paths.get(index) ?? Object.keys(index.entries).sort();
    this.#paths.set(index, paths);
    if (folder === "") return paths;
    // "0" comes right after "/" in this order, so all paths below a folder stand between these two.
    return paths.slice(placeOf(paths, `${folder}/`), placeOf(paths, `${folder}0`));
  }
}

/** How many of the sorted paths come before a text. */
function placeOf(paths: readonly string[], text: string): number {
  let low = 0;
  for (let high = paths.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((paths[middle] as string) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a lower layer's entry stays although upper layers imply a folder at its path: a folder, or a link to one. */
function replaces({ type }: LayerEntry, implied: LayerEntry | undefined): boolean {
  return implied === undefined || type === "directory" || type === "symlink";
}

/**
 * Whether none of these layers hides a path of the layers below them. What they do about a whole folder is looked up
 * once, since a large environment has tens of thousands of files in some tens of layers.
 */
function seenBelow(above: readonly LayerIndex["entries"][]): (path: string) => boolean {
  /** By folder, the layers that have it and so may have whiteouts in it; undefined for a folder that is hidden. */
  const folders = new Map<string, LayerIndex["entries"][] | undefined>();
  return (path) => {
    const end = path.lastIndexOf("/") + 1;
    const folder = path.slice(0, end);
    if (!folders.has(folder)) {
      const isGone = above.some((upper) => isHidden(upper, folder));
      folders.set(folder, isGone ? undefined : above.filter((upper) => upper[path.slice(0, end - 1)] !== undefined));
    }
    return folders.get(folder)?.every((upper) => upper[`${folder}.wh.${path.slice(end)}`] === undefined) ?? false;
  };
}

/**
 * Whether this layer hides that path of the layers below it; with a slash at its end, all that they have in that
 * folder.
 */
function isHidden(entries: LayerIndex["entries"], path: string): boolean {
  for (let start = 0; ; ) {
    const slash = path.indexOf("/", start);
    const folder = path.slice(0, start);
    const name = slash === -1 ? path.slice(start) : path.slice(start, slash);
    if (name !== "" && entries[`${folder}.wh.${name}`] !== undefined) return true;
    if (entries[`${folder}.wh..wh..opq`] !== undefined) return true;
    if (slash === -1) return false;
    const parent = entries[path.slice(0, slash)];
    // Every folder that leads to an entry has one itself, so there is no whiteout below a folder without an entry.
    if (parent?.type !== "directory") return parent !== undefined;
    start = slash + 1;
  }
}

function split(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
