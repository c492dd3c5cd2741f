/**
 * Has uv print which file it chooses of each version. A pylock.toml names all that fit, and not which of them the index
 * has withdrawn (PEP 592), so the choice cannot be read from there.
 */
export const PRINT_CHOICES = { RUST_LOG: "uv_resolver::resolver=debug" } as const;

/** Names of the files that uv chose, by `NAME==VERSION`. */
export type ChosenFiles = Map<string, string>;

/** Keeps a choice that a line of uv's standard error tells; false for a line that is meant for people. */
export function noteChoice(line: string, chosen: ChosenFiles): boolean {
  if (!isOfLog(line)) return false;
  const [, name, version, file] = /^DEBUG Selecting: ([^\s[]+)(?:\[\S+\])?==(\S+) .*\((\S+\.whl)\)$/.exec(line) ?? [];
  if (file !== undefined) chosen.set(`${name}==${version}`, file);
  return true;
}

/** Whether a line is one of those that {@link PRINT_CHOICES} adds. */
export function isOfLog(line: string): boolean {
  return line.startsWith("DEBUG ");
}
