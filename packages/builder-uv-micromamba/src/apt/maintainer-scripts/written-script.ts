import { readInstall } from "../formats/alternatives.ts";
import type { Effect } from "./effect.ts";

/** A script whose effects are known, because somebody has read it. */
export interface WrittenScript {
  /** Of what a person wrote in it. */
  sha256: string;
  /** The package and script that it was read in. */
  of: string;
  effects: readonly Effect[];
}

/**
 * What scripts do, by package and script. Effects that name the folder of the machine's libraries are a function of it.
 */
export type ScriptEffects = Readonly<Record<string, readonly Effect[] | ((machine: string) => readonly Effect[])>>;

/** The sha256 of what a person wrote in a script. A script that names such a folder differs between machines. */
type ScriptHash = string | Readonly<Record<"x86_64-linux-gnu" | "aarch64-linux-gnu", string>>;

/** The scripts that somebody has read: their effects, none for those without any, by their hashes. */
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

/** The effect of `update-alternatives --install` with these arguments. */
export const alternative = (words: string): Effect => ({
  do: "alternative",
  alternative: readInstall(`update-alternatives --install ${words}`),
});
