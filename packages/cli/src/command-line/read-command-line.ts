import { packageVersion } from "@imagespec/core/internal";
import { Command, CommanderError, type Option } from "commander";
import type { CommandLine } from "./command-line.ts";
import { type CommandName, commandUsages } from "./commands.ts";
import { OPTIONS } from "./options.ts";

/**
 * A command to run; a text that answers at once (`--help`, `--version`); or what is wrong and what to do about it, and
 * whether that is to be told as JSON.
 */
export type ReadCommandLine =
  | { kind: "command"; line: CommandLine }
  | { kind: "answer"; text: string }
  | { kind: "mistake"; message: string; hint: string; json: boolean };

const HELP_WIDTH = 80;

/** Reads the arguments after the program's name. */
export function readCommandLine(args: readonly string[]): ReadCommandLine {
  if (args.length === 0) {
    const names = commandUsages.map(([name]) => name).join(", ");
    return {
      kind: "mistake",
      message: "No command is given",
      hint: `Choose one of ${names}; see imagespec --help.`,
      json: false,
    };
  }
  const [own, command] = splitProgram(args);
  let line: CommandLine | undefined;
  let text = "";
  // Describing all the commands takes longer than reading one of them.
  const named = commandUsages.filter(([name]) => name === own[0]);
  const program = describeProgram(named.length > 0 ? named : commandUsages, {
    write: (more) => {
      text += more;
    },
    run: (given) => {
      line = { ...given, program: command };
    },
  });
  try {
    program.parse(own, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "answer", text: text.trimEnd() };
    return { kind: "mistake", ...mistake(error, args), json: asksForJson(own) };
  }
  // `imagespec help` and a help asked for by name end without a command, too.
  return line === undefined ? { kind: "answer", text: text.trimEnd() } : { kind: "command", line };
}

/** The arguments before `--`, and those after it where the command takes a program. */
function splitProgram(args: readonly string[]): [own: readonly string[], program: string[]] {
  const at = args.indexOf("--");
  const takes = commandUsages.some(([name, { program }]) => name === args[0] && program === true);
  return at === -1 || !takes ? [args, []] : [args.slice(0, at), args.slice(at + 1)];
}

/**
 * Whether `--json` is an option among arguments that make no command line: not the value of another, nor behind `--`.
 */
function asksForJson(own: readonly string[]): boolean {
  const options = Object.values(OPTIONS).flatMap<Option>((make) => make());
  const takeValue = new Set(options.filter(({ required }) => required).flatMap(({ short, long }) => [short, long]));
  for (let at = 0; at < own.length && own[at] !== "--"; at++) {
    if (own[at] === "--json") return true;
    if (takeValue.has(own[at])) at++;
  }
  return false;
}

interface Sinks {
  write(text: string): void;
  run(line: CommandLine): void;
}

function describeProgram(usages: typeof commandUsages, { write, run }: Sinks): Command {
  const program = new Command("imagespec")
    .usage("COMMAND [FILE] [OPTIONS]")
    .description("Declare a container image as data; build it only when its content changes.")
    .version(packageVersion(new URL("../../package.json", import.meta.url)), "-v, --version", "print the version")
    .helpOption("-h, --help", "print help; after a command, its options")
    .helpCommand("help [COMMAND]", "print the help of a command")
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {}, getOutHelpWidth: () => HELP_WIDTH })
    .configureHelp({
      optionTerm: ({ flags }) => flags.replaceAll(/[<>]/g, ""),
      subcommandTerm: (command) =>
        [command.name(), ...command.registeredArguments.map((one) => `[${one.name()}]`)].join(" "),
    })
    .addHelpText("after", PROGRAM_NOTES);
  for (const [name, { summary, file, argument = SPEC_FILE, program: takesProgram, options, examples }] of usages) {
    const command = program
      .command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .usage(`${file ? `[${argument[0]}] ` : ""}[OPTIONS]${takesProgram ? " -- [COMMAND]" : ""}`)
      .action((...given: unknown[]) => run(toCommandLine(name, given)))
      .addHelpText("after", exampleText(examples));
    if (file) command.argument(`[${argument[0]}]`, argument[1]);
    for (const option of options.flatMap((one) => OPTIONS[one]())) command.addOption(option);
  }
  return program;
}

const SPEC_FILE = ["FILE", "spec file, or - for standard input (default: imagespec.*)"] as const;

const PROGRAM_NOTES = `
FILE ends in .ts, .mjs, .js, .json, .yaml or .yml and holds one spec, or
{ images: { NAME: spec } }, from which --target NAME chooses. Without FILE it is
imagespec.* of the working directory; - is JSON or YAML on standard input.

Exit codes: 0 done, 1 failed, 2 bad usage or spec, 3 absent, 4 unknown,
75 failed and worth trying again, 130 interrupted.`;

function exampleText(examples: readonly (readonly [string, string])[]): string {
  return `\nExamples:\n${examples.map(([commandLine, does]) => `  ${commandLine}\n      ${does}`).join("\n")}`;
}

/** commander calls an action with the arguments, then the options, then the command itself. */
function toCommandLine(command: CommandName, given: readonly unknown[]): CommandLine {
  const [file, options] = given.length > 2 ? given : [undefined, ...given];
  const { target = [], insecureRegistry = [], builderOption = [], manifest = [], ...values } = options as ParsedOptions;
  return {
    ...NOT_GIVEN,
    ...values,
    command,
    file: file as string | undefined,
    targets: target,
    insecureRegistries: insecureRegistry,
    // Not by assignment, which would lose a key named __proto__; of two equal keys the later wins.
    builderOptions: Object.fromEntries(builderOption),
    manifests: manifest,
    program: [],
  };
}

/** Options as commander names them: those that may be given several times by one of them. */
interface ParsedOptions extends Partial<CommandLine> {
  target?: string[];
  insecureRegistry?: string[];
  builderOption?: (readonly [string, unknown])[];
  manifest?: string[];
}

/** What options say that were not given. */
const NOT_GIVEN = {
  push: undefined,
  force: undefined,
  json: false,
  html: false,
  files: false,
  config: false,
  mountSource: false,
  watch: false,
  yes: false,
};

function mistake(error: CommanderError, args: readonly string[]): { message: string; hint: string } {
  const [name, usage] = commandUsages.find(([known]) => known === args[0]) ?? [];
  // The second line, where there is one, is "(Did you mean ...?)".
  const [first = "", second = ""] = error.message.split("\n");
  const said = first.replace(/^error: /, "").replace(/\.$/, "");
  const suggestion = second === "" ? "" : ` ${second[0]}d${second.slice(2)}`;
  if (name === undefined || usage === undefined) {
    const names = commandUsages.map(([known]) => known).join(", ");
    // `imagespec help nope` is not called an unknown command by commander.
    const unknown = { "commander.unknownCommand": args[0], "commander.help": args[1] }[error.code];
    const message = unknown === undefined ? `imagespec: ${said}` : `imagespec has no command "${unknown}"`;
    return { message: message + suggestion, hint: `Use one of ${names}.` };
  }
  if (error.code === "commander.excessArguments") {
    const message = `imagespec ${name} takes ${usage.file ? "one file" : "no file"}`;
    const [argument] = usage.argument ?? SPEC_FILE;
    const many = argument === "FILE" && usage.options.some((one) => one === "target" || one === "targets");
    const hint = many ? "Choose among the images of one file with --target NAME." : MORE_HINT;
    return { message, hint };
  }
  if (error.code === "commander.invalidArgument") {
    // What follows "is invalid." is what the option's own check throws.
    const [said = "", hint = ""] = first.replace(/^error: /, "").split(/(?<= is invalid)\. /);
    return { message: `imagespec ${name}: ${said}`, hint };
  }
  if (error.code === "commander.optionMissingArgument") {
    const [, flags = ""] = /'([^']+)'/.exec(said) ?? [];
    return { message: `imagespec ${name}: ${said}`, hint: `Write ${flags.replaceAll(/[<>]/g, "")}.` };
  }
  const flags = usage.options.flatMap((one) => OPTIONS[one]()).map(({ long }) => long);
  const hint = flags.length === 0 ? "Leave it out: the command has no options." : `Use one of ${flags.join(", ")}.`;
  return { message: `imagespec ${name}: ${said}${suggestion}`, hint };
}

const MORE_HINT = "Name one, and see the command's --help for how to give more.";
