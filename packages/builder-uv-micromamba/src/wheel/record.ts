import { createHash } from "node:crypto";
import { csvField } from "@imagespec/core/builder";

/** One line of a RECORD file: path relative to site-packages, `sha256=<base64url>`, size in bytes. */
export interface RecordRow {
  path: string;
  hash: string;
  size: string;
}

/** Reads RECORD, a CSV of three columns (PyPA recording installed projects). A path stands as it is written. */
export function parseRecord(text: string): RecordRow[] {
  const rows: RecordRow[] = [];
  for (const line of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    if (line === "") continue;
    const [path = "", hash = "", size = ""] = csvFields(line);
    rows.push({ path, hash, size });
  }
  return rows;
}

/** Writes RECORD, sorted by path and hash. */
export function formatRecord(rows: readonly RecordRow[]): string {
  const order = ({ path, hash }: RecordRow) => `${path}\0${hash}`;
  const sorted = [...rows].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return sorted.map((row) => `${csvField(row.path)},${row.hash},${row.size}\n`).join("");
}

export function recordRow(path: string, content: Uint8Array): RecordRow {
  const hash = createHash("sha256").update(content).digest("base64url");
  return { path, hash: `sha256=${hash}`, size: String(content.length) };
}

function csvFields(line: string): string[] {
  const fields: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/y;
  while (pattern.lastIndex <= line.length) {
    const match = pattern.exec(line);
    if (match === null) break;
    fields.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
    if (match[3] !== ",") break;
  }
  return fields;
}
