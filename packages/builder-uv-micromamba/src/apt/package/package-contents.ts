import { createHash } from "node:crypto";
import { collectBytes } from "@imagespec/registry";
import { isFile } from "../../base/read-layer.ts";
import { layerText } from "../../base/scan-layer.ts";
import type { RecordStore } from "../../cache/record-store.ts";
import { isLibraryName, type Library, readLibrary } from "../formats/elf-soname.ts";
import type { AptPackage } from "../resolve/resolve-packages.ts";
import { handedOn } from "../system/handed-on.ts";
import { type DebEntry, debEntries } from "./deb-archive.ts";

/** Part of the key of records, raised when they hold other facts. */
const RECIPE = 7;
/** The kind of these records. */
const KIND = "deb-contents";
/** The most bytes of a control file, or of a file whose text is kept. */
const CONTROL_BYTES = 16 * 1024 * 1024;
/** The most bytes of a library that is read for its soname. */
const LIBRARY_BYTES = 512 * 1024 * 1024;
/** Files whose text the effects of scripts depend on. */
const TEXT =
  /^(usr\/share\/i18n\/SUPPORTED|usr\/share\/ca-certificates\/.*\.crt|etc\/init\.d\/[^/]+|(usr\/)?lib\/systemd\/(system|user)\/[^/]+\.(service|socket|timer|path|target))$/;

/** A file, folder or link of a package. */
export interface PackageFile {
  /** Relative, as the package has it. */
  path: string;
  type: "file" | "directory" | "symlink" | "hardlink";
  mode: number;
  uid: number;
  gid: number;
  /** Names of owner and group where the package states them. */
  owner: [user: string, group: string];
  size: number;
  /** Target of a link; of a hard link relative, as a path of the package. */
  link?: string | undefined;
  library?: Library | undefined;
  /** Set for a conffile. */
  md5?: string | undefined;
  text?: string | undefined;
}

/** What a package holds. */
export interface PackageContents {
  /** The text of its control file. */
  control: string;
  /** The other files of its control archive: scripts, lists, triggers. */
  info: { name: string; text: string; mode: number }[];
  files: PackageFile[];
}

/** A package of an installation, with what it holds. */
export interface ListedPackage {
  package: string;
  /** Its place in the order of unpacking. */
  at: number;
  contents: PackageContents;
}

/** The text of one of a package's other control files; "" where it has none of that name. */
export function controlText({ info }: PackageContents, name: string): string {
  return info.find((file) => file.name === name)?.text ?? "";
}

/** A package with a function that fetches its .deb and returns the path. */
export interface AptArchive extends AptPackage {
  fetch(signal: AbortSignal): Promise<string>;
}

/** What is needed to read packages. */
export interface PackageReading {
  dpkgDeb: string;
  records: RecordStore;
  signal: AbortSignal;
}

/** The contents of a package that an earlier build has read; undefined where none has. */
export function knownContents(
  archive: AptPackage,
  { records }: Pick<PackageReading, "records">,
): Promise<PackageContents | undefined> {
  return records.get<PackageContents>(KIND, keyOf(archive));
}

/**
 * The contents of a package, from the record of an earlier build where there is one.
 *
 * @throws ImageSpecError E_UNSUPPORTED for devices in it.
 */
export function packageContents(
  archive: AptArchive,
  { dpkgDeb, records, signal }: PackageReading,
): Promise<PackageContents> {
  return records.known(KIND, keyOf(archive), () => read(archive, dpkgDeb, signal));
}

function keyOf({ sha256 }: AptPackage): unknown {
  return { deb: sha256, recipe: RECIPE };
}

async function read(archive: AptArchive, dpkgDeb: string, signal: AbortSignal): Promise<PackageContents> {
  const subject = `${archive.name} ${archive.version}`;
  const file = { path: await archive.fetch(signal), subject, dpkgDeb };
  const contents: PackageContents = { control: "", info: [], files: [] };
  for await (const { header, path, content } of debEntries(file, "control", signal)) {
    if (!isFile(header) || path.includes("/")) continue;
    const size = header.size ?? 0;
    if (size > CONTROL_BYTES) throw handedOn(`${path} of ${subject} has ${size} bytes`);
    const text = textOf(await collectBytes(content, size, path), `DEBIAN/${path}`, subject);
    if (path === "control") contents.control = text;
    else contents.info.push({ name: path, text, mode: header.mode & 0o7777 });
  }
  const conffiles = new Set(
    controlText(contents, "conffiles")
      .split("\n")
      .map((line) => line.trim().slice(1)),
  );
  for await (const entry of debEntries(file, "data", signal))
    contents.files.push(await describe(entry, conffiles, subject));
  return contents;
}

async function describe(
  { header, path, content }: DebEntry,
  conffiles: ReadonlySet<string>,
  subject: string,
): Promise<PackageFile> {
  const { type, size = 0 } = header;
  // U+FFFD stands for bytes that are not UTF-8.
  if (`${path}${header.linkname ?? ""}`.includes("\uFFFD"))
    throw handedOn(`${subject} holds /${path}, whose name is not UTF-8 text`);
  const facts = {
    path,
    mode: header.mode & 0o7777,
    uid: header.uid,
    gid: header.gid,
    owner: [header.uname ?? "", header.gname ?? ""] as [string, string],
  };
  if (type === "directory") return { ...facts, type, size: 0 };
  if (type === "symlink") return { ...facts, type, size: 0, link: header.linkname ?? "" };
  if (type === "link")
    return { ...facts, type: "hardlink", size: 0, link: (header.linkname ?? "").replace(/^(\.?\/)+/, "") };
  if (type !== "file" && type !== "contiguous-file")
    throw handedOn(`${subject} holds /${path}, which is not a file, folder or link`);
  const name = path.slice(path.lastIndexOf("/") + 1);
  const isText = TEXT.test(path) && size < CONTROL_BYTES;
  if (conffiles.has(path) || isText) {
    const hash = createHash("md5");
    const kept: Uint8Array[] = [];
    for await (const chunk of content) {
      hash.update(chunk);
      if (isText) kept.push(chunk);
    }
    const md5 = conffiles.has(path) ? hash.digest("hex") : undefined;
    return { ...facts, type: "file", size, md5, text: isText ? textOf(Buffer.concat(kept), path, subject) : undefined };
  }
  if (isLibraryName(name) && size <= LIBRARY_BYTES)
    return { ...facts, type: "file", size, library: readLibrary(Buffer.from(await collectBytes(content, size, path))) };
  return { ...facts, type: "file", size };
}

/** The text of a file. One that is not UTF-8 is refused, since it could not be written again as it was. */
function textOf(bytes: Uint8Array, path: string, subject: string): string {
  return layerText(bytes, path, (why) => handedOn(`${subject}: ${why}`));
}
