import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { zstdFrames } from "@imagespec/inspect/layer";
import type { Descriptor, ImageSource } from "@imagespec/registry";
import { extract, type Header } from "tar-stream";

/** One path of an image's file system. */
export interface InventoryEntry {
  type: "file" | "directory" | "symlink" | "other";
  /** Permission bits; of a link there are none. */
  mode: number;
  uid: number;
  gid: number;
  /** Where a link leads to. */
  link?: string;
  /** `sha256:...` of a file; of a `.pyc`, its magic number, flags and the hash of its source (PEP 552). */
  content?: string;
  /** Of a `.pyc`, `sha256:...` of all of it, which depends on the patch release of the Python that compiled it. */
  bytecode?: string;
  /** Of a small file, for what a failure prints and for differences in part of a text. */
  text?: string;
}

/** By path without the leading slash. */
export type Inventory = Map<string, InventoryEntry>;

type LayerEntry = { path: string } & ({ entry: InventoryEntry } | { sameAs: string });

const MOST_TEXT = 65_536;
const WHITEOUT = ".wh.";
const OPAQUE = ".wh..wh..opq";

/** Layers by digest: images of one base share its layers, which are read once. */
const layers = new Map<string, Promise<LayerEntry[]>>();

/** The file system that these layers make, the lowest first (OCI image-spec, layer.md). Nothing is unpacked. */
export async function inventoryOf(source: ImageSource, descriptors: readonly Descriptor[]): Promise<Inventory> {
  const inventory: Inventory = new Map();
  for (const descriptor of descriptors) {
    let reading = layers.get(descriptor.digest);
    if (reading === undefined) {
      reading = readLayer(source, descriptor);
      layers.set(descriptor.digest, reading);
    }
    applyLayer(inventory, await reading);
  }
  return inventory;
}

/** Lays a layer over what is there: first what it deletes, then what it brings. */
function applyLayer(inventory: Inventory, layer: readonly LayerEntry[]): void {
  const isLowest = inventory.size === 0;
  for (const { path } of layer) {
    const { folder, name } = split(path);
    if (name === OPAQUE) removeBelow(inventory, folder);
    else if (name.startsWith(WHITEOUT)) {
      const removed = join(folder, name.slice(WHITEOUT.length));
      inventory.delete(removed);
      removeBelow(inventory, removed);
    }
  }
  for (const member of layer) {
    const { path } = member;
    if (split(path).name.startsWith(WHITEOUT)) continue;
    const entry = "entry" in member ? member.entry : inventory.get(member.sameAs);
    if (entry === undefined) throw new Error(`the hard link ${path} leads to nothing`);
    // A folder may be there by what is in it alone.
    const isFolder = (inventory.get(path)?.type ?? "directory") === "directory";
    if (!isLowest && entry.type !== "directory" && isFolder) removeBelow(inventory, path);
    inventory.set(path, entry);
  }
}

function removeBelow(inventory: Inventory, folder: string): void {
  const prefix = folder === "" ? "" : `${folder}/`;
  for (const path of inventory.keys()) if (path.startsWith(prefix)) inventory.delete(path);
}

async function readLayer(source: ImageSource, descriptor: Descriptor): Promise<LayerEntry[]> {
  const tar = extract();
  const blob = Readable.from(source.getBlob(descriptor));
  const { mediaType } = descriptor;
  const packed = mediaType.endsWith("zstd") ? zstdFrames(blob) : blob;
  const feeding = mediaType.endsWith("gzip") ? pipeline(packed, createGunzip(), tar) : pipeline(packed, tar);
  const found: LayerEntry[] = [];
  const reading = (async () => {
    for await (const member of tar) {
      const { header } = member;
      const path = plainPath(header.name);
      if (header.type === "link") found.push({ path, sameAs: plainPath(header.linkname ?? "") });
      else found.push({ path, entry: await entryOf(header, path, member as AsyncIterable<Buffer>) });
      member.resume();
    }
  })();
  await Promise.all([feeding, reading]);
  return found;
}

async function entryOf(header: Header, path: string, body: AsyncIterable<Buffer>): Promise<InventoryEntry> {
  const owner = { uid: header.uid ?? 0, gid: header.gid ?? 0 };
  const mode = (header.mode ?? 0) & 0o7777;
  if (header.type === "directory") return { type: "directory", mode, ...owner };
  if (header.type === "symlink") return { type: "symlink", mode: 0, ...owner, link: header.linkname ?? "" };
  if (header.type !== "file" && header.type !== "contiguous-file") return { type: "other", mode, ...owner };
  const hash = createHash("sha256");
  const kept: Buffer[] = [];
  for await (const chunk of body) {
    hash.update(chunk);
    if (kept.length === 0 || (header.size ?? 0) <= MOST_TEXT) kept.push(chunk);
  }
  const start = Buffer.concat(kept);
  const content = `sha256:${hash.digest("hex")}`;
  if (path.endsWith(".pyc")) {
    const head = `pyc ${start.subarray(0, 16).toString("hex")}`;
    return { type: "file", mode, ...owner, content: head, bytecode: content };
  }
  if ((header.size ?? 0) > MOST_TEXT) return { type: "file", mode, ...owner, content };
  return { type: "file", mode, ...owner, content, text: start.toString() };
}

/** A path of a tar without `.` and empty parts. */
function plainPath(name: string): string {
  return name
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

function split(path: string): { folder: string; name: string } {
  const at = path.lastIndexOf("/");
  return { folder: at === -1 ? "" : path.slice(0, at), name: path.slice(at + 1) };
}

const join = (folder: string, name: string) => (folder === "" ? name : `${folder}/${name}`);
