import { readFile } from "node:fs/promises";
import { ImageSpecError } from "@imagespec/registry";

/** A line shorter than this is no secret worth hiding, and hiding it would blot out half of a log. */
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

/**
 * The texts to blot out of logs and errors because they stand in secret files: whole lines, and their words.
 *
 * @throws ImageSpecError E_INPUT_FILE when a file cannot be read.
 */
export async function secretTexts(files: readonly string[]): Promise<string[]> {
  const texts = new Set<string>();
  for (const file of files) {
    const content = await readFile(file, "utf8").catch((cause: unknown) => {
      throw new ImageSpecError("E_INPUT_FILE", `The secret file ${file} cannot be read.`, {
        cause,
        hint: "Correct the path in pipSecretMounts, or the file's permissions.",
      });
    });
    for (const line of content.split(/\r?\n/)) {
      texts.add(line.trim());
      // `password = x`, `login u password x`, and the user info of a URL.
      for (const word of line.split(/[\s=]+|:\/\/|[:@](?=\S)/)) texts.add(word);
    }
  }
  const secrets = [...texts].filter((text) => text.length >= SHORTEST && !ORDINARY.has(text));
  // Longest first: a line goes before the words in it.
  return secrets.sort((a, b) => b.length - a.length);
}
