import { type ParseArgsConfig, parseArgs } from "node:util";
import { ImageSpecError } from "@imagespec/core";

/** What the command line says. Values are as typed; what they mean is checked where they are used. */
export interface CommandLine {
  command: CommandName | "help" | "version";
  file: string | undefined;
  targets: string[];
  platform: string | undefined;
  builder: string | undefined;
  builderOptions: Record<string, unknown>;
  push: boolean | undefined;
  output: string | undefined;
  force: boolean | undefined;
  onUnknown: string | undefined;
  json: boolean;
  files: boolean;
}

type Options = NonNullable<ParseArgsConfig["options"]>;

const TARGET = { target: { type: "string", multiple: true } } satisfies Options;
const PLATFORM = { platform: { type: "string" } } satisfies Options;
const JSON_OUTPUT = { json: { type: "boolean" } } satisfies Options;
const BUILDER = { builder: { type: "string" }, "builder-option": { type: "string", multiple: true } } satisfies Options;

/** The commands, what each is for, and the options it takes. */
export const COMMANDS = {
  build: {
    summary: "make sure the image exists; print its reference",
    options: {
      ...TARGET,
      ...PLATFORM,
      ...BUILDER,
      push: { type: "boolean" },
      output: { type: "string" },
      force: { type: "boolean" },
      "on-unknown": { type: "string" },
      ...JSON_OUTPUT,
    },
  },
  tag: { summary: "print the tag", options: { ...TARGET, ...PLATFORM } },
  exists: { summary: "print present, absent or unknown (exit 0, 3, 4)", options: { ...TARGET, ...PLATFORM } },
  render: {
    summary: "print the Dockerfile",
    options: { ...TARGET, ...PLATFORM, builder: { type: "string" }, files: { type: "boolean" } },
  },
  plan: { summary: "print the build plan as JSON", options: { ...TARGET, ...PLATFORM } },
  explain: {
    summary: "print what the tag is made of, and what changed since the last build",
    options: { ...TARGET, ...PLATFORM, ...JSON_OUTPUT },
  },
  builders: { summary: "list the installed builders; runs none of their code", options: { ...JSON_OUTPUT } },
  doctor: {
    summary: "ask every builder whether it can work here",
    options: { ...TARGET, ...PLATFORM, ...BUILDER, ...JSON_OUTPUT },
  },
  schema: { summary: "print the JSON Schema of spec files", options: {} },
} satisfies Record<string, { summary: string; options: Options }>;

export type CommandName = keyof typeof COMMANDS;

const WITHOUT_FILE: ReadonlySet<string> = new Set(["builders", "schema"]);

/** Reads the arguments after the program's name. @throws ImageSpecError E_OPTIONS saying what was wrong and what is right. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const [name = "", ...rest] = args;
  if (["-h", "--help", "help"].includes(name)) return empty("help");
  if (["-v", "--version"].includes(name)) return empty("version");
  if (!Object.hasOwn(COMMANDS, name)) {
    const message = name === "" ? "No command is given." : `There is no command "${name}".`;
    throw usageError(message, `Commands: ${Object.keys(COMMANDS).join(", ")}. Try: imagespec --help`);
  }
  const command = name as CommandName;
  if (rest.includes("-h") || rest.includes("--help")) return empty("help");
  const { values, positionals } = parse(command, rest);
  if (positionals.length > (WITHOUT_FILE.has(command) ? 0 : 1)) {
    throw usageError(
      `${command} takes ${WITHOUT_FILE.has(command) ? "no file" : "one file"}; got ${positionals.join(" ")}`,
      "Choose among the images of one file with --target NAME.",
    );
  }
  const text = (key: string) => values[key] as string | undefined;
  const flag = (key: string) => values[key] as boolean | undefined;
  return {
    command,
    file: positionals[0],
    targets: (values.target as string[] | undefined) ?? [],
    platform: text("platform"),
    builder: text("builder"),
    builderOptions: builderOptions((values["builder-option"] as string[] | undefined) ?? []),
    push: flag("push"),
    output: text("output"),
    force: flag("force"),
    onUnknown: text("on-unknown"),
    json: flag("json") ?? false,
    files: flag("files") ?? false,
  };
}

function parse(command: CommandName, args: string[]) {
  try {
    const options: Options = COMMANDS[command].options;
    return parseArgs({ args, options, allowPositionals: true, allowNegative: true, strict: true });
  } catch (error) {
    const known = Object.keys(COMMANDS[command].options).map((key) => `--${key}`);
    const message = (error as Error).message.split(". To specify")[0] ?? "";
    throw usageError(
      `imagespec ${command}: ${message}`,
      known.length === 0 ? "It takes none." : `Options: ${known.join(", ")}`,
    );
  }
}

/** `k=v` pairs; a value that is JSON (true, 3, ["a"]) is taken as such, anything else as text. Later ones win. */
function builderOptions(pairs: readonly string[]): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1)
      throw usageError(`--builder-option "${pair}" is not of the form k=v`, "Write --builder-option network=host");
    options[pair.slice(0, at)] = jsonOrText(pair.slice(at + 1));
  }
  return options;
}

function jsonOrText(value: string): unknown {
  if (!/^(true|false|null|-?\d+(\.\d+)?|[[{"].*)$/s.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function usageError(message: string, hint: string): ImageSpecError {
  return new ImageSpecError("E_OPTIONS", message, { hint });
}

function empty(command: CommandLine["command"]): CommandLine {
  const unset = { platform: undefined, builder: undefined, output: undefined, onUnknown: undefined };
  return {
    command,
    file: undefined,
    targets: [],
    builderOptions: {},
    push: undefined,
    force: undefined,
    json: false,
    files: false,
    ...unset,
  };
}
