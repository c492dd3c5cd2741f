import { readFile } from "node:fs/promises";

/** A word shorter than this is no secret worth hiding, and hiding it would blot out half of a log. */
const SHORTEST = 6;
/** Words of netrc and ini files that stand before secrets. */
const ORDINARY = new Set([
  "machine",
  "default",
  "password",
  "username",
  "account",
  "[global]",
  "index-url",
  "extra-index-url",
]);

/** The texts to blot out of logs and errors because they stand in secret files: whole lines and their words, longest first. */
export async function secretTexts(files: readonly string[]): Promise<string[]> {
  const texts = new Set<string>();
  for (const content of await Promise.all(files.map((file) => readFile(file, "utf8")))) {
    for (const line of content.split(/\r?\n/)) {
      texts.add(line.trim());
      // `password = x`, `login u password x`, and the user info of a URL.
      for (const word of line.split(/[\s=]+|:\/\/|[:@](?=\S)/)) texts.add(word);
    }
  }
  return [...texts]
    .filter((text) => text.length >= SHORTEST && !ORDINARY.has(text))
    .sort((a, b) => b.length - a.length);
}
