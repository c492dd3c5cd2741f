import { createHash } from "node:crypto";
import { aptIndexTitle } from "@imagespec/core/builder";
import { foldersOf } from "../base/folders-of.ts";
import { groupForLayers } from "../layer/group-for-layers.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { TarEntry } from "../layer/tar-entry.ts";
import { debEntries } from "./package/deb-archive.ts";
import type { AptArchive } from "./package/package-contents.ts";
import type { FilePlan, PlannedFile } from "./plan/file-plan.ts";
import type { AptResolution } from "./resolve/resolve-packages.ts";
import type { AptPrograms } from "./system/find-apt.ts";

/** Part of the cache key; raised when the same packages should give other layers. */
const RECIPE = 2;

/** The packages and planned files that go into layers, and how many layers there may be. */
export interface Grouping {
  archives: readonly AptArchive[];
  plan: FilePlan;
  programs: AptPrograms;
  limit: number;
  resolution: AptResolution;
}

/** A layer for each group of packages, and one for what their scripts and dpkg write. */
export async function packageLayers({ archives, plan, programs, limit, resolution }: Grouping): Promise<LayerSource[]> {
  const folders = new Map<string, { mode: number; uid: number; gid: number }>();
  for (const path of plan.planned.keys())
    for (const folder of foldersOf(path)) if (!folders.has(folder)) folders.set(folder, await plan.folderOf(folder));
  const numbered = archives.map((archive, at) => ({ archive, at }));
  const groups = groupForLayers(numbered, ({ archive: { name, size } }) => ({ name, size }), limit);
  const groupOf = new Map(groups.flatMap((group, index) => group.map(({ at }): [number, number] => [at, index])));
  const parts = groups.map((): Part => new Map());
  const rest: Part = new Map();
  for (const [path, file] of plan.planned) {
    const part = file.from === undefined ? rest : parts[groupOf.get(file.from.package) ?? -1];
    // A hard link stands in the layer of its file, which is of the same package.
    part?.set(path, file);
  }
  const layer = (part: Part, members: readonly { archive: AptArchive; at: number }[], title: string): LayerSource => ({
    key: { debian: members.map(({ archive }) => archive.sha256), files: digest(part, folders), recipe: RECIPE },
    compression: "zlib",
    title,
    entries: (signal) => partEntries({ part, members, folders, programs, signal }),
  });
  const titles = groups.map(
    (group) => `Debian packages: ${group.map(({ archive }) => `${archive.name} ${archive.version}`).join(", ")}`,
  );
  return [
    ...groups.map((group, at) => layer(parts[at] ?? new Map(), group, titles[at] ?? "")),
    layer(rest, [], aptIndexTitle(resolution.indexes)),
  ];
}

type Part = Map<string, PlannedFile>;
type Folders = ReadonlyMap<string, { mode: number; uid: number; gid: number }>;

/** A hash of all that decides a layer's bytes, except the contents of packages, which its key names by their sha256. */
function digest(part: Part, folders: Folders): string {
  const hash = createHash("sha256");
  for (const [path, { library: _library, text, from, ...file }] of part) {
    const content = text === undefined ? undefined : createHash("sha256").update(text).digest("hex");
    hash.update(JSON.stringify([path, file, content, from?.path]));
  }
  const written = new Set([...part.keys()].flatMap(foldersOf));
  hash.update(JSON.stringify([...written].map((folder) => [folder, folders.get(folder)])));
  return hash.digest("hex");
}

interface PartReading {
  part: Part;
  members: readonly { archive: AptArchive; at: number }[];
  folders: Folders;
  programs: AptPrograms;
  signal: AbortSignal;
}

async function* partEntries({ part, members, folders, programs, signal }: PartReading): AsyncGenerator<TarEntry> {
  const written = new Set<string>();
  function* parents(path: string): Generator<TarEntry> {
    for (const folder of foldersOf(path)) {
      if (written.has(folder)) continue;
      written.add(folder);
      yield { type: "directory", path: folder, ...(folders.get(folder) ?? { mode: 0o755, uid: 0, gid: 0 }) };
    }
  }
  for (const [path, file] of part) {
    if (file.type === "file" && file.text === undefined) continue;
    if (file.type === "hardlink" || written.has(path)) continue;
    yield* parents(path);
    const { mode, uid, gid, link = "" } = file;
    if (file.type === "directory") written.add(path);
    if (file.type === "directory") yield { type: "directory", path, mode, uid, gid };
    else if (file.type === "symlink") yield { type: "symlink", path, link, uid, gid };
    else if (file.type === "removed") yield { type: "whiteout", path, uid, gid };
    else {
      const content = Buffer.from(file.text ?? "");
      yield { type: "file", path, mode, uid, gid, size: content.length, content };
    }
  }
  const byPackage = Map.groupBy(part, ([, { from }]) => from?.package);
  for (const { archive, at } of members) {
    const own = byPackage.get(at) ?? [];
    const files = own.filter(([, { type, text }]) => type === "file" && text === undefined);
    if (files.length === 0) continue;
    const places = Map.groupBy(files, ([, { from }]) => from?.path);
    const subject = `${archive.name} ${archive.version}`;
    const source = { path: await archive.fetch(signal), subject, dpkgDeb: programs.dpkgDeb };
    for await (const { path: from, content } of debEntries(source, "data", signal)) {
      const found = places.get(from) ?? [];
      // Nearly every file has one place, and is then passed on as a stream.
      const bytes = found.length > 1 ? Buffer.concat(await Array.fromAsync(content)) : () => content;
      for (const [path, { mode, uid, gid, size }] of found) {
        yield* parents(path);
        yield { type: "file", path, mode, uid, gid, size, content: bytes };
      }
    }
    for (const [path, { type, mode, uid, gid, link = "" }] of own) {
      if (type !== "hardlink") continue;
      yield* parents(path);
      yield { type, path, link, mode, uid, gid };
    }
  }
}
