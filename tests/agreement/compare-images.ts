import type { BuiltImage } from "./built-image.ts";
import type { InventoryEntry } from "./inventory.ts";

/** Something that is not the same in all images. */
export interface Difference {
  /** A path of the file system, with its leading slash, a field of the config, or error codes. */
  of: "path" | "config" | "distributions" | "error";
  name: string;
  aspect: Aspect;
  /** What each builder made of it, for people. */
  values: Record<string, string>;
  /** What is compared as text: a field's values, or the contents of files that are small. */
  texts: string[];
}

/** In what two images differ at one path or field. */
export type Aspect =
  | "presence"
  | "presence of a folder"
  | "type"
  | "mode"
  | "owner"
  | "owner of a link"
  | "link"
  | "content"
  | "bytecode";

/** Every difference between the images, by builder; bytecode counts whole where one Python has compiled all of it. */
export function compareImages(images: ReadonlyMap<string, BuiltImage>): Difference[] {
  const found: Difference[] = [];
  const all = [...images.values()];
  const compare = (of: Difference["of"], name: string, aspect: Aspect, value: (image: BuiltImage) => string) => {
    const values = Object.fromEntries([...images].map(([builder, image]) => [builder, value(image)]));
    if (new Set(Object.values(values)).size === 1) return;
    const texts =
      of === "path"
        ? all.map(({ inventory }, index) => inventory.get(name.slice(1))?.text ?? `unknown text ${index}`)
        : Object.values(values);
    found.push({ of, name, aspect, values, texts });
  };
  const aspects = isByOnePython(all) ? [...ASPECTS, BYTECODE] : ASPECTS;
  const paths = new Set(all.flatMap(({ inventory }) => [...inventory.keys()]));
  for (const path of [...paths].sort()) {
    const name = `/${path}`;
    const entries = all.map(({ inventory }) => inventory.get(path));
    if (entries.includes(undefined)) {
      const isFolder = entries.every((entry) => entry === undefined || entry.type === "directory");
      compare("path", name, isFolder ? "presence of a folder" : "presence", ({ inventory }) =>
        described(inventory.get(path)),
      );
      continue;
    }
    for (const [aspect, value] of aspects) {
      compare("path", name, aspect, ({ inventory }) => value(inventory.get(path) as InventoryEntry));
    }
  }
  const fields = new Set(all.flatMap(({ config }) => [...config.keys()]));
  for (const field of [...fields].sort()) {
    const aspect = all.every(({ config }) => config.has(field)) ? "content" : "presence";
    compare("config", field, aspect, ({ config }) => config.get(field) ?? "nothing");
  }
  compare("distributions", "", "content", ({ distributions }) => distributions.join(" "));
  return found;
}

const MOST_SHOWN = 300;

type Compared = readonly [Aspect, (entry: InventoryEntry) => string];

const ASPECTS: readonly Compared[] = [
  ["type", ({ type }) => type],
  ["mode", ({ mode }) => mode.toString(8)],
  ["owner", ({ type, uid, gid }) => (type === "symlink" ? "" : `${uid}:${gid}`)],
  ["owner of a link", ({ type, uid, gid }) => (type === "symlink" ? `${uid}:${gid}` : "")],
  ["link", ({ link = "" }) => link],
  [
    "content",
    ({ content = "", text }) =>
      text === undefined ? content : `${content} ${JSON.stringify(text).slice(0, MOST_SHOWN)}`,
  ],
];

const BYTECODE: Compared = ["bytecode", ({ bytecode = "" }) => bytecode];

/** Whether what the images hold of bytecode may be told by one Python, down to its patch release. */
export function isByOnePython(images: readonly Pick<BuiltImage, "pythons">[]): boolean {
  return new Set(images.flatMap(({ pythons }) => pythons)).size === 1;
}

function described(entry: InventoryEntry | undefined): string {
  if (entry === undefined) return "nothing";
  return [entry.type, ...ASPECTS.slice(1).map(([, value]) => value(entry))].filter((text) => text !== "").join(" ");
}

/** One line of it, for people. */
export function differenceText({ of, name, aspect, values }: Difference): string {
  const each = Object.entries(values).map(([builder, value]) => `  ${builder}: ${value}`);
  return [`${of} ${name} (${aspect})`, ...each].join("\n");
}
