import { repeatedKey } from "../json/repeated-key.ts";

/** A JSON object has a key twice, so different readers would understand it differently. */
export class DuplicateKeyError extends Error {
  /** The key, cut to 100 characters. */
  readonly key: string;

  constructor(key: string) {
    super(`the key '${key.slice(0, 100)}' stands twice in one object`);
    this.name = "DuplicateKeyError";
    this.key = key.slice(0, 100);
  }
}

// Fields of manifests and configs. Readers in Go ignore case, so two spellings are one field to them.
const FIELDS = new Set(
  "schemaversion mediatype manifests config layers digest size platform os architecture variant urls rootfs diff_ids subject".split(
    " ",
  ),
);

/** Reads JSON in UTF-8. Throws a SyntaxError or TypeError when it is invalid, a DuplicateKeyError when an object has a key twice. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const value: unknown = JSON.parse(text);
  const repeated = repeatedKey(text, (key) => (FIELDS.has(key.toLowerCase()) ? key.toLowerCase() : key));
  if (repeated !== undefined) throw new DuplicateKeyError(repeated);
  return value;
}
