import type { CompletionCommand, CompletionValue } from "./completion-words.ts";

/** The completion for bash 3.2 and newer; it needs nothing beside bash itself. */
export function bashScript(commands: readonly CompletionCommand[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const cases = commands.map(({ name, argument, options }) => {
    const values = options.flatMap(({ flag, value }) => (value === undefined ? [] : [[flag, reply(value)] as const]));
    const previous = values.map(([flag, answer]) => `        ${flag}) ${answer}; return ;;`);
    const flags = [...options.map(({ flag }) => flag), "--help"].join(" ");
    return [
      `    ${name})`,
      ...(previous.length === 0 ? [] : ['      case "$previous" in', ...previous, "      esac"]),
      `      if [[ $word == -* ]]; then ${reply(flags.split(" "))}; else ${reply(argument ?? [])}; fi ;;`,
    ].join("\n");
  });
  return `# bash completion for imagespec: source <(imagespec completion bash)
_imagespec() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD == 1 ]]; then ${reply([...names.split(" "), "help", "--help", "--version"])}; return; fi
  case "\${COMP_WORDS[1]}" in
    help) ${reply(names.split(" "))} ;;
${cases.join("\n")}
  esac
}
complete -o filenames -o bashdefault -F _imagespec imagespec
`;
}

/** The commands that fill COMPREPLY; read line by line, since names of files hold spaces. */
function reply(value: CompletionValue): string {
  if (value === "text") return ":";
  if (value === "file" || value === "folder") {
    const kind = value === "file" ? "-f" : "-d";
    return `local line; while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen ${kind} -- "$word")`;
  }
  return value.length === 0 ? ":" : `COMPREPLY=($(compgen -W "${value.join(" ")}" -- "$word"))`;
}
