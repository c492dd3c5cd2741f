import type { BaseInspector } from "../../base/base-inspector.ts";
import type { RecordStore } from "../../cache/record-store.ts";
import { lazy } from "../../lazy.ts";
import { handedOn } from "./handed-on.ts";
import { parseStanzas, type Stanza } from "./stanzas.ts";

/** The files of a base that decide what apt and dpkg do there. */
const FILES = [
  "var/lib/dpkg/status",
  "var/lib/dpkg/arch",
  "var/lib/dpkg/diversions",
  "var/lib/dpkg/info/format",
  "var/lib/dpkg/statoverride",
  "var/lib/dpkg/triggers/File",
  "var/lib/apt/extended_states",
  "var/cache/debconf/config.dat",
  "var/cache/debconf/templates.dat",
  "etc/apt/apt.conf",
  "etc/apt/sources.list",
  "etc/apt/preferences",
  "etc/apt/trusted.gpg",
  "etc/apt/auth.conf",
  "etc/dpkg/dpkg.cfg",
  "etc/environment",
  "etc/ld.so.cache",
  "etc/ld.so.conf",
  "etc/passwd",
  "etc/group",
  "etc/gshadow",
  "etc/shells",
];
/** The folders of a base in which every file counts. */
const FOLDERS = [
  "etc/apt/apt.conf.d",
  "etc/apt/sources.list.d",
  "etc/apt/preferences.d",
  "etc/apt/trusted.gpg.d",
  "etc/apt/keyrings",
  "etc/apt/auth.conf.d",
  "etc/dpkg/dpkg.cfg.d",
  "etc/ld.so.conf.d",
  "usr/share/keyrings",
  "var/lib/dpkg/alternatives",
  "var/lib/dpkg/triggers",
  "var/lib/dpkg/updates",
];

/** A base of Debian's kind. Its files are found, but not yet read. */
export interface DebianBase {
  /** What decides the content of these files: their paths, and the digests of the layers that hold them. */
  identity: unknown;
  /**
   * Reads what dpkg and apt know of the base.
   *
   * @throws ImageSpecError E_UNSUPPORTED for a base with a package that is only half installed, or with records of a
   * kind that is not read here.
   */
  read(): Promise<BaseSystem>;
}

/** What Debian's tools have recorded in a base. */
export interface BaseSystem {
  /** Installed packages, as dpkg states them. */
  packages: Stanza[];
  /** The bytes of a file, with links followed; undefined where the base has none. */
  file(path: string): Buffer | undefined;
  text(path: string): string;
  /** Files directly in one of the folders, sorted. */
  below(folder: string): { path: string; text: string }[];
}

/**
 * Finds the files that dpkg and apt have written into a base.
 *
 * @throws ImageSpecError E_UNSUPPORTED for a base that was not made with dpkg.
 */
export async function debianBase(inspector: BaseInspector, name: string, records: RecordStore): Promise<DebianBase> {
  const { tree } = inspector;
  const wanted = new Map<string, string>();
  const add = async (path: string) => {
    const found = await tree.resolve(path);
    if (found?.entry.type !== "file") return;
    const { path: real, at } = found.located;
    // Contents are read by path, out of the topmost layer that has a file there.
    if ((await tree.layerOf(real)) !== at)
      throw handedOn(`/${path} of ${name} is a hard link to a file that a later layer has changed`);
    wanted.set(path, real);
  };
  for (const path of FILES) await add(path);
  for (const folder of FOLDERS) {
    const real = (await tree.resolve(folder))?.path;
    if (real !== undefined) for (const file of await tree.list(real)) await add(`${folder}/${file}`);
  }
  if (!wanted.has("var/lib/dpkg/status"))
    throw handedOn(`aptPackages need a base of Debian's or Ubuntu's kind, and ${name} has no /var/lib/dpkg/status`);
  const layers = await inspector.layersOf([...wanted.values()]);
  const identity = { layers, files: [...wanted], recipe: 2 };
  const contents = async () => {
    const found = await inspector.contents([...new Set(wanted.values())]);
    return Object.fromEntries(
      [...wanted].map(([path, real]) => [path, (found.get(real) as Buffer).toString("base64")]),
    );
  };
  const read = lazy(async () =>
    systemOf(await records.known<Record<string, string>>("base-systems", identity, contents), name),
  );
  return { identity, read };
}

/** A base's records, from the contents of its files in base64. */
function systemOf(kept: Readonly<Record<string, string>>, name: string): BaseSystem {
  const files = new Map(Object.entries(kept).map(([path, text]) => [path, Buffer.from(text, "base64")]));
  const text = (path: string) => files.get(path)?.toString("utf8") ?? "";
  const packages = parseStanzas(text("var/lib/dpkg/status"), `/var/lib/dpkg/status of ${name}`);
  // apt keeps a package that is held (apt-mark(8)) as it is, which the status it reads says.
  for (const stanza of packages)
    if (!/^(install|hold) ok installed$/.test(stanza.get("Status") ?? ""))
      throw handedOn(`${stanza.get("Package")} is not wholly installed in ${name}: ${stanza.get("Status")}`);
  const below = (folder: string) =>
    [...files.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .sort()
      .map((path) => ({ path, text: text(path) }));
  if (below("var/lib/dpkg/updates").length > 0 || text("var/lib/dpkg/statoverride").trim() !== "")
    throw handedOn(`dpkg of ${name} has updates or overrides of modes that are not read here`);
  // A dpkg of before 2011 has none, and an installation would write one; another is of no dpkg that there is.
  if (text("var/lib/dpkg/info/format").trim() !== "1")
    throw handedOn(`dpkg of ${name} keeps what is installed in another format than 1`);
  return { packages, file: (path) => files.get(path), text, below };
}
