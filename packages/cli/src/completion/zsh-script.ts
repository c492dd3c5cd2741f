import { quoteShell } from "@imagespec/core/internal";
import type { CompletionCommand, CompletionValue } from "./completion-words.ts";

/** The completion for zsh, with what each command and option does. */
export function zshScript(commands: readonly CompletionCommand[]): string {
  const described = commands.map(
    ({ name, summary }) => `    ${quoteShell(`${name}:${summary.replaceAll(":", "\\:")}`)}`,
  );
  const cases = commands.map(({ name, argument, options }) => {
    const specs = options.map(
      ({ flag, summary, value }) =>
        `${flag}[${bracketed(summary)}]${value === undefined ? "" : `:value:${action(value)}`}`,
    );
    const all = [...specs, "--help[print help]", ...(argument === undefined ? [] : [`1:argument:${action(argument)}`])];
    return `    ${name}) _arguments ${all.map(quoteShell).join(" ")} ;;`;
  });
  return `#compdef imagespec
# zsh completion for imagespec: source <(imagespec completion zsh)
_imagespec() {
  local -a commands=(
${described.join("\n")}
    'help:print the help of a command'
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
    help) _describe command commands ;;
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _imagespec ]]; then _imagespec "$@"; else compdef _imagespec imagespec; fi
`;
}

function action(value: CompletionValue): string {
  if (value === "file") return "_files";
  if (value === "folder") return "_files -/";
  return value === "text" ? " " : `(${value.join(" ")})`;
}

function bracketed(text: string): string {
  return text.replaceAll(/[[\]\\:]/g, "\\$&");
}
