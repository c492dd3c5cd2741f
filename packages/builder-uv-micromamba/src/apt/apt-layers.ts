import { createHash } from "node:crypto";
import type { AptStep } from "@imagespec/core/builder";
import pLimit from "p-limit";
import type { BaseImage } from "../base/base-image.ts";
import type { BaseInspector } from "../base/base-inspector.ts";
import type { LayerIndex } from "../base/scan-layer.ts";
import { Downloader } from "../cache/downloader.ts";
import { groupForLayers } from "../layer/group-for-layers.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { TarEntry } from "../layer/tar-entry.ts";
import type { BuildSession } from "../session/build-session.ts";
import { applyEffects } from "./apply-effects.ts";
import { type BaseSystem, baseSystem } from "./base-system.ts";
import { debEntries } from "./deb-archive.ts";
import { installedStanza, renderStatus } from "./dpkg-status.ts";
import { FilePlan, type PlannedFile } from "./file-plan.ts";
import { type AptPrograms, findApt } from "./find-apt.ts";
import { handedOn } from "./handed-on.ts";
import { type AptArchive, type PackageContents, packageContents } from "./package-contents.ts";
import { effectsOf } from "./package-effects.ts";
import { pathFilter } from "./path-filter.ts";
import { planLibraries } from "./plan-libraries.ts";
import { planTriggers } from "./plan-triggers.ts";
import { recentAptResolution } from "./recent-apt-resolution.ts";
import type { AptResolution } from "./resolve-packages.ts";

/** Part of the cache key; raised when the same packages should give other layers. */
const RECIPE = 2;
/** Packages fetched and listed at once. */
const PARALLEL = 4;

/** What installing Debian packages adds to a base. */
export interface AptLayers {
  layers: LayerSource[];
  /** What the layers hold, for whoever looks at the base afterwards. */
  index: LayerIndex;
}

/**
 * The layers of a plan's Debian packages over a base, as `apt-get install --no-install-recommends` leaves it: resolved by the
 * host's apt, unpacked into layers, with dpkg's records. Throws E_UNSUPPORTED, by name, for a package that only a container
 * can install and for a base or host without apt, and E_RESOLVE for what apt cannot find.
 */
export async function aptLayers(
  session: BuildSession,
  step: AptStep,
  question: { base: BaseImage; inspector: BaseInspector; limit: number },
): Promise<AptLayers> {
  const { base, inspector, limit } = question;
  const { records, signal } = session;
  const programs = await findApt();
  if (programs === undefined) throw handedOn("aptPackages need apt-get and dpkg-deb on this host, or a container");
  const { architecture } = base.platform;
  const system = await baseSystem(inspector, base.name, records);
  const resolution = await recentAptResolution(session, {
    programs,
    base: system,
    baseName: base.name,
    architecture,
    packages: step.packages,
  });
  const downloader = new Downloader(session.http, session.blobs);
  const archives = resolution.packages.map(
    (one): AptArchive => ({
      ...one,
      async fetch(abort) {
        const subject = `${one.name} ${one.version}`;
        const { digest } = await downloader.fetch(
          { url: one.url, subject, size: one.size, hashes: [one.sha256] },
          abort,
        );
        return session.blobs.path(digest);
      },
    }),
  );
  const run = pLimit(PARALLEL);
  const contents = await Promise.all(
    archives.map((archive) => run(() => packageContents(archive, { dpkgDeb: programs.dpkgDeb, records, signal }))),
  );
  const plan = new FilePlan(inspector.tree);
  await planInstallation({ archives, contents, plan, system, resolution, architecture });
  return {
    layers: await layersOf({ archives, plan, programs, limit: limit - 1, resolution }),
    index: indexOf(plan),
  };
}

interface Installation {
  archives: readonly AptArchive[];
  contents: readonly PackageContents[];
  plan: FilePlan;
  system: BaseSystem;
  resolution: AptResolution;
  architecture: string;
}

async function planInstallation({
  archives,
  contents,
  plan,
  system,
  resolution,
  architecture,
}: Installation): Promise<void> {
  const names = archives.map(({ name }) => name);
  const effects = contents.map((one, at) => effectsOf(names[at] ?? "", one));
  const isLeftOut = pathFilter(
    [
      { path: "etc/dpkg/dpkg.cfg", text: system.text("etc/dpkg/dpkg.cfg") },
      ...system.below("etc/dpkg/dpkg.cfg.d"),
    ].filter(({ path }) => /\/[A-Za-z0-9_-]+(\.cfg)?$/.test(path)),
  );
  const users = ids(system.text("etc/passwd"));
  const groups = ids(system.text("etc/group"));
  const diverted = system.text("var/lib/dpkg/diversions").split("\n");
  const stanzas = contents.map(installedStanza);
  const idOf = (at: number) =>
    stanzas[at]?.get("Multi-Arch") === "same" ? `${names[at]}:${stanzas[at]?.get("Architecture")}` : (names[at] ?? "");
  for (const [at, { files }] of contents.entries()) {
    const subject = names[at] ?? "";
    for (const { path, type, mode, owner, link, library, size, ...file } of files) {
      if (path === "" || isLeftOut(`/${path}`, type === "directory" || type === "symlink" ? "folder or link" : "file"))
        continue;
      if (type !== "directory" && diverted.includes(`/${path}`))
        throw handedOn(`${subject} has /${path}, which another package has diverted`);
      const [user, group] = owner;
      const placed = {
        type,
        mode,
        uid: users.get(user) ?? file.uid,
        gid: groups.get(group) ?? file.gid,
        size,
        library,
      };
      const to = type === "hardlink" ? await plan.real(link ?? "") : link;
      if (type === "hardlink" && !plan.planned.has(to ?? ""))
        throw handedOn(`${subject} has a hard link to /${link}, which is not installed`);
      await plan.add(path, { ...placed, link: to, from: { package: at, path } }, subject);
    }
  }
  const packages = contents.map((one, at) => ({
    package: names[at] ?? "",
    at,
    contents: one,
    effects: effects[at] ?? [],
  }));
  await applyEffects(packages, plan, system);
  await planTriggers(
    contents.map(({ info, files }, at) => ({
      id: idOf(at),
      triggers: info.find(({ name }) => name === "triggers")?.text ?? "",
      paths: files.flatMap(({ path, type }) => (type === "directory" ? [] : [`/${path}`])),
    })),
    plan,
    system,
  );
  await planLibraries(plan, system, architecture);
  for (const [at, { info, files }] of contents.entries()) {
    const list = files.map(({ path }) => (path === "" ? "/." : `/${path}`));
    const records = [...info, { name: "list", text: `${list.join("\n")}\n`, mode: 0o644 }];
    for (const { name, text, mode } of records) {
      const size = Buffer.byteLength(text);
      plan.planned.set(`var/lib/dpkg/info/${idOf(at)}.${name}`, {
        type: "file",
        mode,
        uid: 0,
        gid: 0,
        size,
        text,
        from: { package: at, path: "" },
      });
    }
  }
  await plan.put("var/lib/dpkg/status", {
    type: "file",
    mode: 0o644,
    text: renderStatus([...system.packages, ...stanzas]),
  });
  await plan.put("var/lib/apt/extended_states", {
    type: "file",
    mode: 0o644,
    text: extendedStates(system, resolution, architecture),
  });
}

/** Which packages nobody has asked for (apt-mark(8)): those of the base, then ours by name. */
function extendedStates(system: BaseSystem, { packages, manual }: AptResolution, architecture: string): string {
  const kept = system
    .text("var/lib/apt/extended_states")
    .split("\n\n")
    .filter((stanza) => stanza.trim() !== "" && !manual.includes(/^Package: (\S+)/m.exec(stanza)?.[1] ?? ""));
  const ours = packages
    .filter(({ automatic }) => automatic)
    .map(({ name }) => `Package: ${name}\nArchitecture: ${architecture}\nAuto-Installed: 1`)
    .sort();
  return [...kept, ...ours].map((stanza) => `${stanza}\n\n`).join("");
}

interface Grouping {
  archives: readonly AptArchive[];
  plan: FilePlan;
  programs: AptPrograms;
  limit: number;
  resolution: AptResolution;
}

/** A layer for each group of packages, and one for what their scripts and dpkg write. */
async function layersOf({ archives, plan, programs, limit, resolution }: Grouping): Promise<LayerSource[]> {
  const folders = new Map<string, { mode: number; uid: number; gid: number }>();
  for (const path of plan.planned.keys())
    for (
      let slash = path.lastIndexOf("/");
      slash > 0 && !folders.has(path.slice(0, slash));
      slash = path.lastIndexOf("/", slash - 1)
    )
      folders.set(path.slice(0, slash), await plan.folderOf(path.slice(0, slash)));
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
  const state = resolution.indexes
    .map(({ index, date, sha256 }) => `${index} of ${date} (sha256 ${sha256})`)
    .join(", ");
  return [
    ...groups.map((group, at) => layer(parts[at] ?? new Map(), group, titles[at] ?? "")),
    layer(rest, [], `Debian packages, as dpkg records them, from ${state}`),
  ];
}

type Part = Map<string, PlannedFile>;
type Folders = ReadonlyMap<string, { mode: number; uid: number; gid: number }>;

/** Everything of a part that decides the layer's bytes, but for the contents of packages. */
function digest(part: Part, folders: Folders): string {
  const hash = createHash("sha256");
  for (const [path, { library: _library, text, from, ...file }] of part) {
    const content = text === undefined ? undefined : createHash("sha256").update(text).digest("hex");
    hash.update(JSON.stringify([path, file, content, from?.path, folders.get(path.slice(0, path.lastIndexOf("/")))]));
  }
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
    for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
      const folder = path.slice(0, slash);
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
  for (const { archive, at } of members) {
    const places = new Map<string, [path: string, file: PlannedFile][]>();
    for (const [path, file] of part)
      if (file.type === "file" && file.text === undefined && file.from?.package === at)
        places.set(file.from.path, [...(places.get(file.from.path) ?? []), [path, file]]);
    if (places.size === 0) continue;
    const subject = `${archive.name} ${archive.version}`;
    const source = { path: await archive.fetch(signal), subject, dpkgDeb: programs.dpkgDeb };
    for await (const { path: from, content } of debEntries(source, "data", signal)) {
      const [first, second] = places.get(from) ?? [];
      if (first === undefined) continue;
      yield* parents(first[0]);
      if (second === undefined) {
        yield fileEntry(first, () => content);
        continue;
      }
      const bytes = Buffer.concat(await Array.fromAsync(content));
      yield fileEntry(first, bytes);
      yield* parents(second[0]);
      yield fileEntry(second, bytes);
    }
    for (const [path, { type, mode, uid, gid, link = "", from }] of part) {
      if (type !== "hardlink" || from?.package !== at) continue;
      yield* parents(path);
      yield { type, path, link, mode, uid, gid };
    }
  }
}

function fileEntry(
  [path, { mode, uid, gid, size }]: [string, PlannedFile],
  content: Uint8Array | (() => AsyncIterable<Uint8Array>),
): TarEntry {
  return { type: "file", path, mode, uid, gid, size, content };
}

/** The planned files as the base's inspector keeps those of a layer. */
function indexOf(plan: FilePlan): LayerIndex {
  const entries: LayerIndex["entries"] = Object.create(null);
  for (const [path, { type, mode, uid, gid, link, text }] of plan.planned) {
    if (type === "removed") {
      const slash = path.lastIndexOf("/") + 1;
      entries[`${path.slice(0, slash)}.wh.${path.slice(slash)}`] = { type: "file", mode, uid, gid };
    } else if (type === "hardlink") entries[path] = { type: "symlink", mode, uid, gid, link: `/${link}`, hard: true };
    else if (type === "symlink") entries[path] = { type, mode, uid, gid, link: link ?? "" };
    else if (text !== undefined && /^etc\/(passwd|group)$/.test(path))
      entries[path] = { type, mode, uid, gid, text: String(text) };
    else entries[path] = { type, mode, uid, gid };
  }
  return { entries };
}

function ids(text: string): Map<string, number> {
  return new Map(
    text.split("\n").map((line): [string, number] => [line.split(":")[0] ?? "", Number(line.split(":")[2])]),
  );
}
