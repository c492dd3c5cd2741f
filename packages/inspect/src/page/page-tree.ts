import type { ImageInspection } from "../report/image-report.ts";

/** A part of an image as the page draws it: layers, in them packages and folders, in them files. */
export interface PagePart {
  name: string;
  /** Uncompressed bytes. */
  size: number;
  /** Of a layer, which its colour tells. */
  origin?: string;
  /** Largest first; a file has none. */
  parts?: PagePart[];
}

/** The bytes of an image as a tree. Pure. */
export function pageTree({ report, files }: ImageInspection): PagePart {
  const layers = new Map<string, PagePart[]>();
  const groups = new Map<string, PagePart>();
  for (const { path, size, layer, package: owner } of files) {
    if (size === 0) continue;
    const name = owner ?? folderOf(path);
    const key = `${layer}\n${name}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = { name, size: 0, parts: [] };
      groups.set(key, group);
      layers.set(layer, [...(layers.get(layer) ?? []), group]);
    }
    group.size += size;
    group.parts?.push({ name: `/${path}`, size });
  }
  // A digest that is there twice is one layer twice: its files are listed for each, and drawn with the first.
  const seen = new Set<string>();
  const parts = report.layers.flatMap(({ digest, origin, title }, index): PagePart[] => {
    const own = layers.get(digest) ?? [];
    if (own.length === 0 || seen.has(digest)) return [];
    seen.add(digest);
    const size = own.reduce((total, part) => total + part.size, 0);
    return [sorted({ name: `${index + 1} ${title === "" ? origin : title}`, size, origin, parts: own.map(sorted) })];
  });
  const size = parts.reduce((total, part) => total + part.size, 0);
  return sorted({ name: "image", size, parts });
}

/** What belongs to no package is put together by the upper two of its folders. */
function folderOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  return `/${folders.slice(0, 2).join("/")}`;
}

function sorted(part: PagePart): PagePart {
  return part.parts === undefined
    ? part
    : { ...part, parts: part.parts.toSorted((one, other) => other.size - one.size) };
}
