import type { CompletionCommand, CompletionValue } from "./completion-words.ts";

/** The completion for fish, with what each command and option does. */
export function fishScript(commands: readonly CompletionCommand[]): string {
  const names = [...commands.map(({ name }) => name), "help"].join(" ");
  const first = `-n ${quoted(`not __fish_seen_subcommand_from ${names}`)}`;
  const lines = [
    "# fish completion for imagespec: imagespec completion fish | source",
    "complete -c imagespec -f",
    ...commands.map(({ name, summary }) => `complete -c imagespec ${first} -a ${name} -d ${quoted(summary)}`),
    `complete -c imagespec ${first} -a help -d 'print the help of a command'`,
    `complete -c imagespec -n '__fish_seen_subcommand_from help' -a ${quoted(names)}`,
    ...commands.flatMap(({ name, argument, options }) => {
      const after = `complete -c imagespec -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`;
      return [
        ...(argument === undefined ? [] : [`${after} ${taken(argument)}`]),
        ...options.map(({ flag, summary, value }) => {
          const takes = value === undefined ? "" : ` ${value === "file" ? "-r -F" : `-x ${taken(value)}`}`.trimEnd();
          return `${after} -l ${flag.slice(2)}${takes} -d ${quoted(summary)}`;
        }),
        `${after} -l help -d 'print help'`,
      ];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function taken(value: CompletionValue): string {
  if (value === "file") return "-F";
  if (value === "folder") return "-a '(__fish_complete_directories)'";
  return value === "text" ? "" : `-a ${quoted(value.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
