import { ImageSpecError } from "@imagespec/core/builder";

/** Where a file of a package holds the prefix it was built for. */
export interface Placeholder {
  text: string;
  mode: "text" | "binary";
}

/** Bytes a file may have in which the prefix is put: it is held in memory. */
export const LARGEST_TEXT = 256 * 1024 * 1024;

/**
 * Puts the prefix where the placeholder stands (conda: prefix replacement). In text everywhere; in a binary inside each
 * NUL-terminated string, which keeps its length by NULs at its end.
 *
 * @throws ImageSpecError E_UNSUPPORTED when a binary's placeholder is shorter than the prefix, E_RESOLVE for an empty
 * one and for a file that grows beyond {@link LARGEST_TEXT}.
 */
export function replacePrefix(content: Buffer, placeholder: Placeholder, prefix: string, subject: string): Buffer {
  // The search for an empty placeholder would never end.
  if (placeholder.text === "") throw new ImageSpecError("E_RESOLVE", `${subject} has an empty prefix placeholder`);
  const from = Buffer.from(placeholder.text);
  const to = Buffer.from(prefix);
  if (placeholder.mode === "text") {
    const grown = content.length + count(content, from) * (to.length - from.length);
    if (grown > LARGEST_TEXT)
      throw new ImageSpecError(
        "E_RESOLVE",
        `${subject} would have more than ${LARGEST_TEXT} bytes with its prefix put in`,
      );
    return replaceAll(content, from, to);
  }
  if (to.length > from.length)
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `${subject} has room for a prefix of ${from.length} bytes, but ${prefix} is longer`,
      {
        hint: "Leave the package out, or build with docker-buildx or kaniko.",
        details: { parameter: "condaPackages" },
      },
    );
  return replaceInStrings(content, from, to);
}

function count(content: Buffer, from: Buffer): number {
  let times = 0;
  for (let at = content.indexOf(from); at !== -1; at = content.indexOf(from, at + from.length)) times++;
  return times;
}

function replaceAll(content: Buffer, from: Buffer, to: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (let found = content.indexOf(from); found !== -1; found = content.indexOf(from, at)) {
    parts.push(content.subarray(at, found), to);
    at = found + from.length;
  }
  return at === 0 ? content : Buffer.concat([...parts, content.subarray(at)]);
}

function replaceInStrings(content: Buffer, from: Buffer, to: Buffer): Buffer {
  const result = Buffer.from(content);
  let at = 0;
  for (let found = content.indexOf(from); found !== -1; found = content.indexOf(from, at)) {
    const nul = content.indexOf(0, found);
    const end = nul === -1 ? content.length : nul;
    const replaced = replaceAll(content.subarray(found, end), from, to);
    result.fill(0, found, end);
    replaced.copy(result, found);
    at = end;
  }
  return result;
}
