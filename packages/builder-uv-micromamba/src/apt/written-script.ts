import { readInstall } from "./alternatives.ts";
import type { Effect } from "./effect.ts";

/** A script that has been read, by the sha256 of what a person wrote in it. */
export interface WrittenScript {
  sha256: string;
  /** Package and script it was read in. */
  of: string;
  effects: readonly Effect[];
}

/** A script that somebody has read, and its effects when its package is installed for the first time. */
export const read = (of: string, sha256: string, ...effects: Effect[]): WrittenScript => ({ of, sha256, effects });

/** What `update-alternatives --install` does with these words. */
export const alternative = (words: string): Effect => ({
  do: "alternative",
  alternative: readInstall(`update-alternatives --install ${words}`),
});

/** A script that names the folder of its machine's libraries is another text on each. */
export const ofMachines = (hashes: Readonly<Record<string, string>>): [machine: string, sha256: string][] =>
  Object.entries(hashes);
