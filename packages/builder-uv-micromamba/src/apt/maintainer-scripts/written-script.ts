import { readInstall } from "../formats/alternatives.ts";
import type { Effect } from "./effect.ts";

/** A script that has been read, by the sha256 of what a person wrote in it. */
export interface WrittenScript {
  sha256: string;
  /** Package and script it was read in. */
  of: string;
  effects: readonly Effect[];
}

/** What scripts do, by package and script; of some it names the folder of the machine's libraries. */
export type ScriptEffects = Readonly<Record<string, readonly Effect[] | ((machine: string) => readonly Effect[])>>;

/** The sha256 of what a person wrote in a script; one that names such a folder is another text on each machine. */
type ScriptHash = string | Readonly<Record<"x86_64-linux-gnu" | "aarch64-linux-gnu", string>>;

/** Scripts that somebody has read, by their hashes; one without effects does nothing then. */
export function writtenScripts<Effects extends ScriptEffects>(
  effects: Effects,
  hashes: Readonly<Record<keyof Effects & string, ScriptHash> & Record<string, ScriptHash>>,
): WrittenScript[] {
  return Object.entries<ScriptHash>(hashes).flatMap(([of, hash]) => {
    const own = effects[of] ?? [];
    const texts = typeof hash === "string" ? [["", hash] as const] : Object.entries(hash);
    return texts.map(([machine, sha256]) => ({ of, sha256, effects: typeof own === "function" ? own(machine) : own }));
  });
}

/** What `update-alternatives --install` does with these words. */
export const alternative = (words: string): Effect => ({
  do: "alternative",
  alternative: readInstall(`update-alternatives --install ${words}`),
});
