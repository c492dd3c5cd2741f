import type { ImageBuildEngine } from "@imagespec/core";
import type { Target } from "../spec-file/read-targets.ts";
import type { CommandLine } from "./command-line.ts";

/** What a command works with; it prints through `print` alone, and returns the exit code. */
export interface CommandContext {
  line: CommandLine;
  engine: ImageBuildEngine;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** One line, or lines, of the answer to standard output. */
  print(text: string): void;
  /** To standard error. */
  tell(text: string): void;
}

export type Command = (targets: readonly Target[], context: CommandContext) => Promise<number>;

export const EXIT = { done: 0, failed: 1, usage: 2, absent: 3, unknown: 4, interrupted: 130 } as const;

/** One answer a target: the value alone for one, `NAME<TAB>value` a line for several. */
export function answerLine(target: Target, value: string, targets: readonly Target[]): string {
  return targets.length === 1 ? value : `${target.name ?? target.spec.name}\t${value}`;
}
