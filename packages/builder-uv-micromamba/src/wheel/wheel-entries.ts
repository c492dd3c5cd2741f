import { crc32 } from "node:zlib";
import { ENVIRONMENT_FILES, ImageSpecError } from "@imagespec/core/builder";
import { type FileEntry, isWhiteout, textFile } from "../layer/tar-entry.ts";
import { consoleScript, type EntryPoint, scriptEntryPoints, shebang } from "./entry-points.ts";
import { formatRecord, parseRecord, type RecordRow, recordRow } from "./record.ts";
import { recordedContent } from "./recorded-content.ts";
import { sameVersion } from "./version.ts";
import { normalizeName } from "./wheel-name.ts";
import { sitePackages, type WheelTarget } from "./wheel-target.ts";
import type { ZipArchive, ZipMember } from "./zip-archive.ts";

const ENVIRONMENT_FILE = new RegExp(ENVIRONMENT_FILES, "i");
const LF = 0x0a;
const CR = 0x0d;
/** Bytes of the files that are read whole: a RECORD has about 100 for each file of the wheel. */
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
 * What installing a wheel into the target writes (PyPA binary distribution format, "installing a wheel"), sorted by
 * path: libraries, the parts under `.data` where the scheme of a virtual environment puts them, scripts with the
 * target's interpreter in their first line, INSTALLER, REQUESTED, the wheel's notes, and a RECORD of all of it. The
 * wheel's own bytecode stays where the target's modules are not compiled. A content that differs from the wheel's
 * RECORD is E_RESOLVE when it is read.
 *
 * @throws ImageSpecError E_RESOLVE naming the file for an archive that is not a wheel, or not of the distribution asked
 * for, and for one that has the interpreter's names, or two files for one place.
 */
export async function wheelEntries(zip: ZipArchive, target: WheelTarget, wheel: WheelIdentity): Promise<WheelFile[]> {
  const { filename } = wheel;
  const info = distInfo(zip, filename);
  checkIdentity(await read(zip, `${info}/METADATA`, filename, LIMITS.metadata), wheel);
  const site = sitePackages(target);
  const recorded = new Map(
    parseRecord(await read(zip, `${info}/RECORD`, filename, LIMITS.record)).map((row) => [row.path, row]),
  );
  const entries: WheelFile[] = [];
  const rows: RecordRow[] = [];
  const points = await entryPoints(zip, info, filename);
  const replaced = new Set(points.map(({ name }) => `${target.prefix}/bin/${name}`));

  for (const member of zip.members) {
    if (member.path === `${info}/RECORD` || /^[^/]+\.dist-info\/RECORD\.(jws|p7s)$/.test(member.path)) continue;
    const place = destination(member.path, info, target);
    // It would be stale anyway: bytecode that a build left in the wheel belongs to files with other times.
    if (target.compiled && place.path.startsWith(`${site}/`) && /\/__pycache__\/[^/]+\.pyc$/.test(place.path)) continue;
    const row = recorded.get(member.path);
    if (replaced.has(place.path)) {
      // As uv records a script that gives way to an entry point.
      rows.push({ path: member.path, hash: row?.hash ?? "", size: row?.size || String(member.size) });
      continue;
    }
    const { content, deflated } = recordedContent(member, row, filename);
    if (place.script && (await startsPython(member))) {
      const script = withInterpreter(await collected(content(), member, filename), target.python);
      entries.push(textFile(place.path, script, 0o755));
      rows.push(recordRow(relative(place.path, site), script));
      continue;
    }
    const mode = place.script || member.executable ? 0o755 : 0o644;
    const { size, sum } = member;
    entries.push({ type: "file", path: place.path, mode, uid: 0, gid: 0, size, content, deflated, sum });
    rows.push({ path: relative(place.path, site), hash: row?.hash ?? "", size: row?.size || String(size) });
  }
  // As uv has them in Dockerfile builds.
  const generated = [textFile(`${site}/${info}/INSTALLER`, "uv"), textFile(`${site}/${info}/REQUESTED`, "")];
  for (const [name, text] of Object.entries(wheel.notes ?? {}))
    generated.push(textFile(`${site}/${info}/${name}`, text));
  for (const point of points)
    generated.push(textFile(`${target.prefix}/bin/${point.name}`, consoleScript(target.python, point), 0o755));
  for (const entry of generated) rows.push(recordRow(relative(entry.path, site), entry.content as Uint8Array));
  entries.push(...generated);
  entries.push(textFile(`${site}/${info}/RECORD`, formatRecord(rows, `${info}/RECORD`)));
  checkPaths(entries, target, filename);
  return unique(entries, filename).sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function entryPoints(zip: ZipArchive, info: string, subject: string): Promise<EntryPoint[]> {
  const member = zip.members.find(({ path }) => path === `${info}/entry_points.txt`);
  return member === undefined ? [] : scriptEntryPoints((await member.bytes(LIMITS.metadata)).toString("utf8"), subject);
}

function checkPaths(entries: readonly WheelFile[], { prefix }: WheelTarget, subject: string): void {
  for (const { path } of entries) {
    if (isWhiteout(path))
      throw new ImageSpecError("E_RESOLVE", `${subject} has ${path}, a name that deletes files in an image`);
    if (path.startsWith(`${prefix}/`) && ENVIRONMENT_FILE.test(path.slice(prefix.length + 1)))
      throw new ImageSpecError("E_RESOLVE", `${subject} has /${path}, which is the environment's own`, {
        hint: "Leave the package out, or take a version of it without that file.",
      });
  }
}

function distInfo(zip: ZipArchive, subject: string): string {
  const found = new Set<string>();
  for (const { path } of zip.members) {
    const match = /^([^/]+\.dist-info)\/(WHEEL|METADATA)$/.exec(path);
    if (match) found.add(match[1] as string);
  }
  const [info] = found;
  if (info === undefined || found.size !== 1)
    throw new ImageSpecError("E_RESOLVE", `${subject} is not a wheel: it has ${found.size} .dist-info folders`);
  return info;
}

/** Core metadata begins like a mail: `Name: value`, up to the first empty line. */
function checkIdentity(metadata: string, { filename, name, version }: WheelIdentity): void {
  const head = metadata.split(/\r?\n\r?\n/, 1)[0] ?? "";
  const field = (label: string) => new RegExp(`^${label}:[ \\t]*(.*?)[ \\t]*$`, "im").exec(head)?.[1];
  const [foundName = "", foundVersion = ""] = [field("Name"), field("Version")];
  if (normalizeName(foundName) === normalizeName(name) && (version === "" || sameVersion(foundVersion, version)))
    return;
  throw new ImageSpecError("E_RESOLVE", `${filename} holds ${foundName} ${foundVersion}, not ${name} ${version}`, {
    hint: "Check the index or the address it comes from.",
  });
}

async function read(zip: ZipArchive, path: string, subject: string, limit: number): Promise<string> {
  const member = zip.members.find((candidate) => candidate.path === path);
  if (member === undefined) throw new ImageSpecError("E_RESOLVE", `${subject} is not a wheel: it has no ${path}`);
  return (await member.bytes(limit)).toString("utf8");
}

async function startsPython(member: ZipMember): Promise<boolean> {
  for await (const chunk of member.stream()) return Buffer.from(chunk.subarray(0, 8)).toString("latin1") === "#!python";
  return false;
}

async function collected(content: AsyncIterable<Uint8Array>, member: ZipMember, subject: string): Promise<Buffer> {
  if (member.size > LIMITS.script)
    throw new ImageSpecError("E_RESOLVE", `${subject}: ${member.path} is a script of more than ${LIMITS.script} bytes`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function destination(path: string, info: string, target: WheelTarget): { path: string; script: boolean } {
  const site = sitePackages(target);
  const data = `${info.replace(/\.dist-info$/, "")}.data/`;
  if (!path.startsWith(data)) return { path: `${site}/${path}`, script: false };
  const rest = path.slice(data.length);
  const slash = rest.indexOf("/");
  const inner = rest.slice(slash + 1);
  const name = normalizeName(info.split("-")[0] as string);
  switch (rest.slice(0, slash)) {
    case "purelib":
    case "platlib":
      return { path: `${site}/${inner}`, script: false };
    case "scripts":
      if (inner.includes("/"))
        throw new ImageSpecError("E_RESOLVE", `${info}: the wheel's scripts have a folder: ${path}`);
      return { path: `${target.prefix}/bin/${inner}`, script: true };
    case "headers":
      return { path: `${target.prefix}/include/site/python${target.pythonMinor}/${name}/${inner}`, script: false };
    case "data":
      return {
        path: `${target.prefix}/${target.linksLib64 ? inner.replace(/^lib64\//, "lib/") : inner}`,
        script: false,
      };
    default:
      throw new ImageSpecError("E_RESOLVE", `${info}: unknown kind of data in the wheel: ${path}`);
  }
}

/** A script that begins with `#!python`: as uv, whatever that line goes on with and ends in, if it ends at all. */
function withInterpreter(content: Buffer, python: string): Buffer {
  let end = 0;
  while (end < content.length && content[end] !== LF && content[end] !== CR) end++;
  if (content[end] === CR && content[end + 1] === LF) end++;
  return Buffer.concat([Buffer.from(shebang(python)), content.subarray(end + 1)]);
}

/** One entry for each path. Which of two with different contents an installer leaves is its own affair. */
function unique(entries: readonly WheelFile[], subject: string): WheelFile[] {
  const found = new Map<string, WheelFile>();
  for (const entry of entries) {
    const first = found.get(entry.path);
    if (first !== undefined && contentMark(first) !== contentMark(entry))
      throw new ImageSpecError("E_RESOLVE", `${subject} has two files for /${entry.path}, with different contents`, {
        hint: "Take another version of the package, or one that is built anew.",
      });
    found.set(entry.path, entry);
  }
  return [...found.values()];
}

/** The same for files with the same content. */
export function contentMark({ size, content, sum }: WheelFile): string {
  return `${size}:${sum ?? crc32(content instanceof Uint8Array ? content : "")}`;
}

/** `opt/venv/bin/x` seen from site-packages: `../../../bin/x`. */
function relative(path: string, site: string): string {
  const from = site.split("/");
  const to = path.split("/");
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  return [...from.slice(shared).map(() => ".."), ...to.slice(shared)].join("/");
}
