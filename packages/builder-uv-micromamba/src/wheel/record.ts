import { createHash } from "node:crypto";
import { csvField } from "@imagespec/core/builder";

/** One line of a RECORD file: path relative to site-packages, `sha256=<base64url>`, size in bytes. */
export interface RecordRow {
  path: string;
  hash: string;
  size: string;
}

/** Reads RECORD, a CSV of three columns (PyPA recording installed projects). */
export function parseRecord(text: string): RecordRow[] {
  const rows: RecordRow[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === "") continue;
    const [path = "", hash = "", size = ""] = csvFields(line);
    rows.push({ path: path.replace(/^(\.\/+)+/, ""), hash, size });
  }
  return rows;
}

/** Writes RECORD, sorted by path; `self` is its own line, which has neither hash nor size. */
export function formatRecord(rows: readonly RecordRow[], self: string): string {
  const sorted = [...rows.filter((row) => row.path !== self), { path: self, hash: "", size: "" }];
  sorted.sort((a, b) => (a.path < b.path ? -1 : 1));
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
