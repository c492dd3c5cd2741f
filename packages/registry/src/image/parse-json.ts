import { isDeeper } from "../json/is-deeper.ts";
import { repeatedKey } from "../json/repeated-key.ts";

/** Why JSON is not read. `message` completes a sentence whose subject is the document. */
export class JsonRefused extends Error {}

// Fields of manifests and configs. Readers in Go ignore case, so two spellings are one field to them.
const FIELDS = new Set(
  "schemaversion mediatype manifests config layers digest size platform os architecture variant urls rootfs diff_ids subject".split(
    " ",
  ),
);
/**
 * How deep objects and lists may be nested: writing them again is recursive, and no tool makes more than ten levels.
 */
const DEEPEST = 100;

/**
 * Reads JSON in UTF-8. Throws a SyntaxError or TypeError when it is invalid, and JsonRefused when it is nested too
 * deeply or an object has a key twice, so that different readers would understand it differently.
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  const value: unknown = JSON.parse(text);
  if (isDeeper(value, DEEPEST)) throw new JsonRefused(`is nested more than ${DEEPEST} levels deep`);
  const repeated = repeatedKey(text, (key) => (FIELDS.has(key.toLowerCase()) ? key.toLowerCase() : key));
  if (repeated !== undefined) throw new JsonRefused(`has the key '${repeated.slice(0, 100)}' twice`);
  return value;
}
