import { type AddressMirrors, throughAddressMirror } from "./address-mirrors.ts";

/** An option of a requirements file that names an index or a page of links, and its address. */
const OPTION =
  /^([ \t]*(?:-i|-f|--index-url|--extra-index-url|--find-links)(?:[ \t=]|\\\r?\n)+["']?)(https?:\/\/[^\s"']+)/gm;
/** Options that say where packages come from when no index is named otherwise. */
const NAMES_DEFAULT_INDEX = /^(?:-i|--index-url|--default-index|--no-index)/;

/** A requirements file whose indexes are asked through their mirrors. Pure. */
export function mirroredRequirements(text: string, mirrors: AddressMirrors): string {
  return text.replace(OPTION, (_, before: string, address: string) => before + throughAddressMirror(address, mirrors));
}

/**
 * Arguments for the installer whose addresses are asked through their mirrors; all of those are places of packages.
 * Pure.
 */
export function mirroredArguments(extraArgs: readonly string[], mirrors: AddressMirrors): string[] {
  return extraArgs.map((argument) =>
    argument.replace(/https?:\/\/\S+/, (address) => throughAddressMirror(address, mirrors)),
  );
}

/** The addresses of indexes and pages of links that a requirements file names. Pure. */
export function indexesOf(text: string): string[] {
  return [...text.matchAll(OPTION)].map(([, , address = ""]) => address);
}

/** Whether arguments or requirements files say themselves which index is asked for what no other has. Pure. */
export function namesDefaultIndex(extraArgs: readonly string[], texts: readonly string[]): boolean {
  const lines = texts.flatMap((text) => text.split(/\r\n|\r|\n/).map((line) => line.trim()));
  return [...extraArgs, ...lines].some((one) => NAMES_DEFAULT_INDEX.test(one));
}
