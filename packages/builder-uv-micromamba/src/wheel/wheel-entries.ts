import { isUtf8 } from "node:buffer";
import { posix } from "node:path";
import { crc32 } from "node:zlib";
import { ENVIRONMENT_FILES, ImageSpecError, machineBreach, normalName } from "@imagespec/core/builder";
import { haveOneContent } from "../layer/one-content.ts";
import { plainPath } from "../layer/plain-path.ts";
import { type FileEntry, isTooLong, isWhiteout, textFile } from "../layer/tar-entry.ts";
import { consoleScript, type EntryPoint, scriptEntryPoints, shebang } from "./entry-points.ts";
import { type HeaderField, headerFields } from "./header-fields.ts";
import { formatRecord, parseRecord, type RecordRow, recordRow } from "./record.ts";
import { recordedContent } from "./recorded-content.ts";
import { sameVersion, withoutLocal } from "./version.ts";
import { sitePackages, type WheelTarget } from "./wheel-target.ts";
import type { ZipArchive } from "./zip-archive.ts";
import type { ZipMember } from "./zip-member.ts";

const ENVIRONMENT_FILE = new RegExp(ENVIRONMENT_FILES, "i");
const LF = 0x0a;
const CR = 0x0d;
/** The most bytes of files that are read whole. A RECORD has about 100 for each file of its wheel. */
const LIMITS = { record: 64 * 1024 * 1024, metadata: 8 * 1024 * 1024, script: 16 * 1024 * 1024 };

/** The distribution a wheel should be. */
export interface WheelIdentity {
  filename: string;
  name: string;
  version: string;
  /** Files that its installer adds to its .dist-info, by name. */
  notes?: Readonly<Record<string, string>> | undefined;
}

/** A file that a wheel installs. */
export interface WheelFile extends FileEntry {
  /** CRC-32 of what is taken from the archive as it is. */
  sum?: number | undefined;
}

/**
 * The files that installing a wheel into the target writes (PyPA binary distribution format, "installing a wheel"),
 * sorted by path: libraries, the parts under `.data` at the places of a virtual environment, scripts with the target's
 * interpreter in their first line, INSTALLER, REQUESTED, the wheel's notes, and a RECORD of all of these. The wheel's
 * own bytecode is kept only where the target's modules are not compiled. A content that differs from the wheel's RECORD
 * is E_RESOLVE when it is read.
 *
 * @throws ImageSpecError E_RESOLVE naming the file for an archive that is not a wheel, or not of the distribution asked
 * for, and for one that has the interpreter's names, or two files for one place. E_UNSUPPORTED for one whose needs
 * depend on the building machine.
 */
export async function wheelEntries(zip: ZipArchive, target: WheelTarget, wheel: WheelIdentity): Promise<WheelFile[]> {
  const { filename } = wheel;
  const info = distInfo(zip, filename);
  const metadata = headerFields((await read(zip, `${info}/METADATA`, filename, LIMITS.metadata)).toString("utf8"));
  checkIdentity(metadata, wheel);
  checkNeeds(metadata, filename);
  checkFormat(await readText(zip, `${info}/WHEEL`, filename, LIMITS.metadata), filename);
  const site = sitePackages(target);
  const recorded = new Map(
    parseRecord(await readText(zip, `${info}/RECORD`, filename, LIMITS.record), filename).map((row) => [
      plainPath(row.path),
      row,
    ]),
  );
  const entries: WheelFile[] = [];
  const rows: RecordRow[] = [];
  // The files that uv writes itself. Where two have one path, the later one stays.
  const generated = new Map<string, WheelFile>();
  const generate = (path: string, text: string, mode?: number) => {
    const entry = textFile(path, text, mode);
    rows.push(recordRow(relative(path, site), entry.content as Uint8Array));
    generated.set(path, entry);
  };
  generate(`${site}/${info}/INSTALLER`, "uv");
  generate(`${site}/${info}/REQUESTED`, "");
  for (const [name, text] of Object.entries(wheel.notes ?? {})) generate(`${site}/${info}/${name}`, text);
  for (const point of await entryPoints(zip, info, filename))
    generate(`${target.prefix}/bin/${point.name}`, consoleScript(target.python, point), 0o755);

  const destination = destinations(info, target);
  for (const member of zip.members) {
    if (member.path === `${info}/RECORD`) {
      rows.push(recorded.get(member.path) ?? { path: member.path, hash: "", size: String(member.size) });
      continue;
    }
    const place = destination(member.path);
    const path = throughLib64(place.path, target);
    // Bytecode in a wheel states the times of the files that it was compiled from, so it would be stale anyway.
    if (target.compiled && path.startsWith(`${site}/`) && /\/__pycache__\/[^/]+\.pyc$/.test(path)) continue;
    const row = recorded.get(member.path);
    const kept = { hash: row?.hash ?? "", size: row?.size ?? String(member.size) };
    if (generated.has(path)) {
      // uv lists a member in RECORD even where a file of its own takes the place.
      rows.push({ path: member.path, ...kept });
      continue;
    }
    const { content, deflated } = recordedContent(member, row, filename);
    if (place.script && (await startsPython(member))) {
      const script = withInterpreter(await collected(content(), member, filename), target.python);
      entries.push(textFile(path, script, 0o755));
      rows.push(recordRow(relative(place.path, site), script));
      continue;
    }
    const mode = place.script || member.executable ? 0o755 : 0o644;
    const { size, sum } = member;
    entries.push({ type: "file", path, mode, uid: 0, gid: 0, size, content, deflated, sum });
    const isMoved = path !== `${site}/${member.path}`;
    rows.push({ path: isMoved ? relative(place.path, site) : (row?.path ?? member.path), ...kept });
  }
  entries.push(...generated.values());
  entries.push(textFile(`${site}/${info}/RECORD`, formatRecord(rows)));
  checkPaths(entries, target, filename);
  return (await unique(entries, filename)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function entryPoints(zip: ZipArchive, info: string, subject: string): Promise<EntryPoint[]> {
  const path = `${info}/entry_points.txt`;
  if (!zip.members.some((member) => member.path === path)) return [];
  return scriptEntryPoints(await readText(zip, path, subject, LIMITS.metadata), subject);
}

function checkPaths(entries: readonly WheelFile[], { prefix }: WheelTarget, subject: string): void {
  for (const { path } of entries) {
    if (isTooLong(path))
      throw new ImageSpecError("E_RESOLVE", `${subject} has /${path}, a name too long for a file system`);
    if (isWhiteout(path))
      throw new ImageSpecError("E_RESOLVE", `${subject} has ${path}, a name that deletes files in an image`);
    if (path.startsWith(`${prefix}/`) && ENVIRONMENT_FILE.test(path.slice(prefix.length + 1)))
      throw new ImageSpecError("E_RESOLVE", `${subject} has /${path}, which is the environment's own`, {
        hint: "Leave the package out, or use a version without that file.",
      });
  }
}

function distInfo(zip: ZipArchive, subject: string): string {
  const found = new Set<string>();
  for (const path of [...zip.folders.map((folder) => `${folder}/`), ...zip.members.map(({ path }) => path)]) {
    const info = /^([^/]+\.dist-info)\//.exec(path)?.[1];
    if (info !== undefined) found.add(info);
  }
  const [info] = found;
  if (info === undefined || found.size !== 1)
    throw new ImageSpecError("E_RESOLVE", `${subject} is not a wheel: it has ${found.size} .dist-info folders`);
  return info;
}

/**
 * Checks that the wheel is the distribution that was asked for. Its file name may add a local version that METADATA
 * leaves out, as in indexes of builds for one accelerator; uv takes such wheels, too.
 */
function checkIdentity(fields: readonly HeaderField[], { filename, name, version }: WheelIdentity): void {
  const field = (label: string) => fields.find(([key]) => key.toLowerCase() === label)?.[1] ?? "";
  const [foundName, foundVersion] = [field("name"), field("version")];
  const fits = [version, withoutLocal(version)].some((one) => one === "" || sameVersion(foundVersion, one));
  if (normalName(foundName) === normalName(name) && fits) return;
  throw new ImageSpecError("E_RESOLVE", `${filename} holds ${foundName} ${foundVersion}, not ${name} ${version}`, {
    hint: "Check the index or the address it comes from.",
  });
}

/** What a wheel needs by the kernel of the machine that builds is for a builder that asks it, as uv does there. */
function checkNeeds(fields: readonly HeaderField[], subject: string): void {
  for (const [key, value] of fields) {
    const marker = key.toLowerCase() === "requires-dist" ? /;([^;]*)$/.exec(value)?.[1] : undefined;
    if (marker === undefined || machineBreach(marker)?.code !== "machine_marker") continue;
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `${subject} has a requirement that asks for the kernel of the building machine: ${value}`,
      { hint: "Use another version of the package, or build with docker-buildx or kaniko." },
    );
  }
}

/**
 * Refuses other versions of the format, which may have to be installed in another way (PyPA binary distribution format,
 * "installing a wheel").
 */
function checkFormat(text: string, subject: string): void {
  const version = headerFields(text).find(([key]) => key === "Wheel-Version")?.[1] ?? "";
  if (version.startsWith("1.")) return;
  throw new ImageSpecError("E_RESOLVE", `${subject} is a wheel of version ${JSON.stringify(version)}, not of 1.x`, {
    hint: "Use another version of the package.",
  });
}

async function read(zip: ZipArchive, path: string, subject: string, limit: number): Promise<Buffer> {
  const member = zip.members.find((candidate) => candidate.path === path);
  if (member === undefined) throw new ImageSpecError("E_RESOLVE", `${subject} is not a wheel: it has no ${path}`);
  return member.bytes(limit);
}

async function readText(zip: ZipArchive, path: string, subject: string, limit: number): Promise<string> {
  const bytes = await read(zip, path, subject, limit);
  if (isUtf8(bytes)) return bytes.toString("utf8");
  throw new ImageSpecError("E_RESOLVE", `${subject}: ${path} is not UTF-8 text`);
}

async function startsPython(member: ZipMember): Promise<boolean> {
  for await (const chunk of member.stream()) return Buffer.from(chunk.subarray(0, 8)).toString("latin1") === "#!python";
  return false;
}

async function collected(content: AsyncIterable<Uint8Array>, member: ZipMember, subject: string): Promise<Buffer> {
  if (member.size > LIMITS.script)
    throw new ImageSpecError("E_RESOLVE", `${subject}: ${member.path} is a script of more than ${LIMITS.script} bytes`);
  return Buffer.concat(await Array.fromAsync(content));
}

/** Where a file of the wheel goes, by the path that its RECORD gets, and whether it is a script. */
interface Destination {
  path: string;
  script: boolean;
}

/** Where files of a wheel go, by their path in it. */
function destinations(info: string, target: WheelTarget): (path: string) => Destination {
  const site = sitePackages(target);
  const data = `${info.replace(/\.dist-info$/, "")}.data/`;
  return (path) =>
    path.startsWith(data)
      ? dataDestination(path, path.slice(data.length), { info, target })
      : { path: `${site}/${path}`, script: false };
}

function dataDestination(
  path: string,
  rest: string,
  { info, target }: { info: string; target: WheelTarget },
): Destination {
  const slash = rest.indexOf("/");
  const inner = rest.slice(slash + 1);
  const name = normalName(info.split("-")[0] as string);
  switch (rest.slice(0, slash)) {
    case "purelib":
    case "platlib":
      return { path: `${sitePackages(target)}/${inner}`, script: false };
    case "scripts":
      if (inner.includes("/"))
        throw new ImageSpecError("E_RESOLVE", `${info}: the wheel's scripts have a folder: ${path}`);
      return { path: `${target.prefix}/bin/${inner}`, script: true };
    case "headers":
      return { path: `${target.prefix}/include/site/python${target.pythonMinor}/${name}/${inner}`, script: false };
    case "data":
      return { path: `${target.prefix}/${inner}`, script: false };
    default:
      throw new ImageSpecError("E_RESOLVE", `${info}: unknown kind of data in the wheel: ${path}`);
  }
}

/** The path of a file with the link resolved that some environments have in place of the folder `lib64`. */
function throughLib64(path: string, { prefix, linksLib64 }: WheelTarget): string {
  const folder = `${prefix}/lib64/`;
  return linksLib64 && path.startsWith(folder) ? `${prefix}/lib/${path.slice(folder.length)}` : path;
}

/**
 * A script that begins with `#!python`, with the interpreter in place of its first line. As for uv, that line may hold
 * anything else, and end in LF, CR or both, or not at all.
 */
function withInterpreter(content: Buffer, python: string): Buffer {
  let end = 0;
  while (end < content.length && content[end] !== LF && content[end] !== CR) end++;
  if (content[end] === CR && content[end + 1] === LF) end++;
  return Buffer.concat([Buffer.from(shebang(python)), content.subarray(end + 1)]);
}

/**
 * One entry for each path. Two with different contents are refused, since installers differ in which one they leave.
 */
async function unique(entries: readonly WheelFile[], subject: string): Promise<WheelFile[]> {
  const found = new Map<string, WheelFile>();
  for (const entry of entries) {
    const first = found.get(entry.path);
    if (first !== undefined && !(await haveOneContent(first, entry)))
      throw new ImageSpecError("E_RESOLVE", `${subject} has two files for /${entry.path}, with different contents`, {
        hint: "Use another version of the package, or a rebuilt one.",
      });
    found.set(entry.path, entry);
  }
  return [...found.values()];
}

/** A text that is the same for files with the same content. */
export function contentMark({ size, content, sum }: WheelFile): string {
  return `${size}:${sum ?? crc32(content instanceof Uint8Array ? content : "")}`;
}

/** `opt/venv/bin/x` seen from site-packages: `../../../bin/x`. */
function relative(path: string, site: string): string {
  return posix.relative(`/${site}`, `/${path}`);
}
