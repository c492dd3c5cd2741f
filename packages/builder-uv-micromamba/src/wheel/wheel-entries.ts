import { ImageSpecError } from "@imagespec/core/builder";
import type { FileEntry } from "../layer/tar-entry.ts";
import { textFile } from "../layer/tar-entry.ts";
import { consoleScript, scriptEntryPoints, shebang } from "./entry-points.ts";
import { formatRecord, parseRecord, type RecordRow, recordRow } from "./record.ts";
import { normalizeName } from "./wheel-name.ts";
import { sitePackages, type WheelTarget } from "./wheel-target.ts";
import type { ZipArchive, ZipMember } from "./zip-archive.ts";

const PYTHON_LINE = /^#!pythonw?[^\r\n]*(\r?\n)/;

/**
 * What installing a wheel into the target writes (PyPA binary distribution format, "installing a wheel"), sorted by
 * path: libraries, the parts under `.data` where the scheme of a virtual environment puts them, scripts with the
 * target's interpreter in their first line, INSTALLER, and a RECORD of all of it. No bytecode, not even shipped one.
 * Throws E_RESOLVE naming `subject` for an archive that is no wheel.
 */
export async function wheelEntries(zip: ZipArchive, target: WheelTarget, subject: string): Promise<FileEntry[]> {
  const info = distInfo(zip, subject);
  const site = sitePackages(target);
  const recorded = new Map(parseRecord(await read(zip, `${info}/RECORD`, subject)).map((row) => [row.path, row]));
  const entries: FileEntry[] = [];
  const rows: RecordRow[] = [];

  for (const member of zip.members) {
    if (member.path === `${info}/RECORD` || /^[^/]+\.dist-info\/RECORD\.(jws|p7s)$/.test(member.path)) continue;
    // Bytecode that a build left in the wheel is stale here: it is for the times of other files.
    if (/(^|\/)__pycache__\//.test(member.path)) continue;
    const place = destination(member.path, info, target);
    if (place.script) {
      const content = withInterpreter(await member.bytes(), target.python);
      entries.push(textFile(place.path, content, 0o755));
      rows.push(recordRow(relative(place.path, site), content));
      continue;
    }
    entries.push(file(place.path, member));
    const row = recorded.get(member.path);
    rows.push({ path: relative(place.path, site), hash: row?.hash ?? "", size: row?.size ?? String(member.size) });
  }
  const made = [textFile(`${site}/${info}/INSTALLER`, "imagespec\n")];
  const points = zip.members.find((member) => member.path === `${info}/entry_points.txt`);
  if (points !== undefined) {
    for (const point of scriptEntryPoints((await points.bytes()).toString("utf8"), subject))
      made.push(textFile(`${target.prefix}/bin/${point.name}`, consoleScript(target.python, point), 0o755));
  }
  for (const entry of made) rows.push(recordRow(relative(entry.path, site), entry.content as Uint8Array));
  entries.push(...made);
  entries.push(textFile(`${site}/${info}/RECORD`, formatRecord(rows, `${info}/RECORD`)));
  return unique(entries).sort((a, b) => (a.path < b.path ? -1 : 1));
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

async function read(zip: ZipArchive, path: string, subject: string): Promise<string> {
  const member = zip.members.find((candidate) => candidate.path === path);
  if (member === undefined) throw new ImageSpecError("E_RESOLVE", `${subject} is not a wheel: it has no ${path}`);
  return (await member.bytes()).toString("utf8");
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
      return { path: `${target.prefix}/bin/${inner}`, script: true };
    case "headers":
      return { path: `${target.prefix}/include/site/python${target.pythonMinor}/${name}/${inner}`, script: false };
    case "data":
      return { path: `${target.prefix}/${inner}`, script: false };
    default:
      throw new ImageSpecError("E_RESOLVE", `${info}: unknown kind of data in the wheel: ${path}`);
  }
}

function withInterpreter(content: Buffer, python: string): Buffer {
  const match = PYTHON_LINE.exec(content.subarray(0, 512).toString("latin1"));
  if (match === null) return content;
  return Buffer.concat([Buffer.from(shebang(python)), content.subarray(match[0].length)]);
}

function file(path: string, member: ZipMember): FileEntry {
  const mode = member.executable ? 0o755 : 0o644;
  return { type: "file", path, mode, uid: 0, gid: 0, size: member.size, content: () => member.stream() };
}

/** The last of entries with the same path: a generated script replaces a shipped one, as installers do. */
function unique(entries: FileEntry[]): FileEntry[] {
  return [...new Map(entries.map((entry) => [entry.path, entry])).values()];
}

/** `opt/venv/bin/x` seen from site-packages: `../../../bin/x`. */
function relative(path: string, site: string): string {
  const from = site.split("/");
  const to = path.split("/");
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  return [...from.slice(same).map(() => ".."), ...to.slice(same)].join("/");
}
