/**
 * Variables that have uv print which file it chooses of each version. Its pylock.toml cannot tell: it names all files
 * that fit, and not which of them the index has withdrawn (PEP 592).
 */
export const PRINT_CHOICES = { RUST_LOG: "uv_resolver::resolver=debug" } as const;

/** Names of the files that uv chose, by `NAME==VERSION`. */
export type ChosenFiles = Map<string, string>;

/** Notes the choice that a line of uv's log states. False for any other line, which is meant for people. */
export function noteChoice(line: string, chosen: ChosenFiles): boolean {
  if (!isOfLog(line)) return false;
  const [, name, version, file] = /^DEBUG Selecting: ([^\s[]+)(?:\[\S+\])?==(\S+) .*\((\S+\.whl)\)$/.exec(line) ?? [];
  if (file !== undefined) chosen.set(`${name}==${version}`, file);
  return true;
}

/** Whether a line of standard error is of the log that {@link PRINT_CHOICES} switches on. */
export function isOfLog(line: string): boolean {
  return line.startsWith("DEBUG ");
}
