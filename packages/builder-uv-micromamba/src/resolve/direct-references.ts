import { ImageSpecError, normalName, type RequirementText } from "@imagespec/core/builder";
import { sourceOnly } from "./source-only.ts";

/** A requirement `NAME @ ADDRESS`. */
const NAMED = /^\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*@\s*(\S+)/;
/** A requirement that is only an address. */
const ADDRESS = /^\s*((?:git\+)?(?:https?|ssh):\/\/\S+)/i;
/** An address of git that names its commit in full. */
const COMMIT = /@[0-9a-f]{40}(?:[?#]|$)/;
/** A comment. A `#` inside an address begins its fragment. */
const COMMENT = /(^|\s)#.*$/gm;
/** A requirement that names a git repository (PyPA direct references). */
const FROM_GIT = /(?:^|[\s@])git\+[a-z]+:/m;

/**
 * @throws ImageSpecError E_UNSUPPORTED where a requirement file names a repository, from which something would have to
 * be built.
 */
export function refuseRepositories(files: readonly RequirementText[]): void {
  for (const { path, text } of files)
    if (FROM_GIT.test(text.replace(COMMENT, "")))
      throw sourceOnly(`A requirement of ${path.replace(/^requirements\//, "")}, from a repository,`);
}

/**
 * The normalised names of the distributions that requirements ask for by the address of a source.
 *
 * @throws ImageSpecError E_UNSUPPORTED for an address that may come to mean another source: a branch or tag of git, or
 * an address without a name.
 */
export function directSources(texts: readonly string[]): string[] {
  const names = new Set<string>();
  for (const line of texts.flatMap((text) =>
    text
      .replace(COMMENT, "")
      .replace(/\\\r?\n/g, " ")
      .split(/\r?\n/),
  )) {
    const [, name, address] = NAMED.exec(line) ?? [];
    const bare = name === undefined ? ADDRESS.exec(line)?.[1] : undefined;
    const url = address ?? bare;
    if (url === undefined || /\.whl(?:[?#]|$)/i.test(url)) continue;
    if (name === undefined)
      throw new ImageSpecError("E_UNSUPPORTED", `${url} has no name in front of it`, {
        hint: `Write the name too: NAME @ ${url}.`,
      });
    if (/^git\+/i.test(url) && !COMMIT.test(url))
      throw new ImageSpecError("E_UNSUPPORTED", `${name} comes from a branch or tag of git, which may move`, {
        hint: "Name the commit by all of its 40 digits, as @COMMIT.",
      });
    names.add(normalName(name));
  }
  return [...names].sort();
}
