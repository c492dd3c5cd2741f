import { createHash } from "node:crypto";
import { csvField, ImageSpecError } from "@imagespec/core/builder";

/** One line of a RECORD file: path relative to site-packages, `sha256=<base64url>`, size in bytes. */
export interface RecordRow {
  path: string;
  hash: string;
  size: string;
}

/**
 * Reads RECORD, a CSV of three columns (PyPA recording installed projects), as uv reads it. A path stands as it is
 * written.
 *
 * @throws ImageSpecError E_RESOLVE for one that is something else, since what it says of the files would not be
 * checked.
 */
export function parseRecord(text: string, subject: string): RecordRow[] {
  const rows = csvRows(text.replace(/^\uFEFF/, ""));
  const columns = rows[0]?.length;
  return rows.map((fields) => {
    const [path = "", hash = "", size = ""] = fields;
    if (fields.length < 3 || fields.length !== columns || !/^(?:\+?\d+)?$/.test(size))
      throw new ImageSpecError(
        "E_RESOLVE",
        `${subject} has a RECORD with a line that is no path, hash and size: ${fields}`,
        {
          hint: "Use another version of the package.",
        },
      );
    return { path, hash, size };
  });
}

/** Writes RECORD, sorted by path and hash. */
export function formatRecord(rows: readonly RecordRow[]): string {
  const keyed = rows.map((row) => ({ row, key: `${row.path}\0${row.hash}` }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  return keyed.map(({ row }) => `${csvField(row.path)},${row.hash},${row.size}\n`).join("");
}

export function recordRow(path: string, content: Uint8Array): RecordRow {
  const hash = createHash("sha256").update(content).digest("base64url");
  return { path, hash: `sha256=${hash}`, size: String(content.length) };
}

/** A field and what ends it. A quoted field may have more text behind its closing quote. */
const FIELD = /(?:"([^"]*(?:""[^"]*)*)(?:"|$))?([^,\r\n]*)(,|[\r\n]|$)/y;

/** The fields of each row, without empty rows. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  let fields: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length || fields.length > 0) {
    const [, quoted, rest = "", end = ""] = FIELD.exec(text) ?? [];
    if (quoted === undefined && rest === "" && end !== "," && fields.length === 0) continue;
    fields.push(`${quoted?.replaceAll('""', '"') ?? ""}${rest}`);
    if (end === ",") continue;
    rows.push(fields);
    fields = [];
  }
  return rows;
}
