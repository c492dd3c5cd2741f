import { COMMANDS } from "./command-line.ts";

/** The text of `imagespec --help`. */
export function usage(): string {
  const commands = Object.entries(COMMANDS).map(([name, { summary, options }]) => {
    const flags = Object.entries(options).map(([key, option]) => `--${key}${valueName(key, option)}`);
    return [`  ${name.padEnd(9)} ${summary}`, ...wrap(flags)].join("\n");
  });
  return `imagespec COMMAND [FILE] [OPTIONS]

FILE is a spec (.ts .mjs .js .json .yaml .yml) or { "images": { NAME: spec } }, from which --target NAME chooses;
without FILE: imagespec.{ts,mjs,js,json,yaml,yml} of the working directory.

${commands.join("\n")}

  --help, --version

Exit: 0 done, 1 failed, 2 bad usage or spec, 3 absent, 4 unknown, 130 interrupted.
`;
}

const VALUES: Readonly<Record<string, string>> = {
  target: "NAME",
  platform: "OS/ARCH[,...]",
  builder: "TYPE",
  "builder-option": "K=V",
  output: "oci:DIR|docker-archive:FILE|engine",
  "on-unknown": "build|fail|assume",
};

function valueName(key: string, option: { type: string }): string {
  if (key === "push") return "/--no-push";
  return option.type === "string" ? ` ${VALUES[key] ?? "VALUE"}` : "";
}

function wrap(flags: readonly string[]): string[] {
  const lines: string[] = [];
  for (const flag of flags) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + flag.length < 108) lines[lines.length - 1] = `${last}  ${flag}`;
    else lines.push(`            ${flag}`);
  }
  return lines;
}
