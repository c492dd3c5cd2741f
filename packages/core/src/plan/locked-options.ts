/**
 * How uv installs a list in which every package has its version and hash: nothing else is looked for, and each file may
 * come from whichever index has it.
 */
export const LOCKED_OPTIONS: readonly string[] = ["--no-deps", "--index-strategy", "unsafe-best-match"];
