export { type CommandLine, readCommandLine } from "./command/command-line.ts";
export { runCommand } from "./run-command.ts";
