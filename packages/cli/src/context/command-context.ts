import type { ProjectSettings } from "@imagespec/core/internal";
import type { Target } from "@imagespec/spec-file";
import type { CommandLine } from "../command-line/command-line.ts";

/** A command's access to the outside: what it reads and where it prints. */
export interface ProgramIo {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** One line, or lines, of the answer to standard output. */
  print(text: string): void;
  /** To standard error. */
  tell(text: string): void;
}

/** What a command works with. */
export interface CommandContext extends ProgramIo {
  line: CommandLine;
  /** What the project's imagespec.config.* says. */
  settings: ProjectSettings;
}

/** Runs a command, which prints through its context alone, and returns the exit code. */
export type Command = (context: CommandContext) => Promise<number>;

/** One answer for each target: the value alone for a single one, lines of `NAME<TAB>value` for several. */
export function answerLine(target: Target, value: string, targets: readonly Target[]): string {
  return targets.length === 1 ? value : `${target.name ?? target.spec.name}\t${value}`;
}

/** One answer of `--json`, as a line: with the target's name where the file names several. */
export function jsonLine(target: Target, answer: object): string {
  return JSON.stringify({ ...(target.name === undefined ? {} : { target: target.name }), ...answer });
}
