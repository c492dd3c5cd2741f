import { commandUsages } from "../command-line/commands.ts";
import { OPTIONS } from "../command-line/options.ts";

/** What may follow an option or a command: one of these words, a file, a folder, or any text. */
export type CompletionValue = readonly string[] | "file" | "folder" | "text";

export interface CompletionOption {
  flag: string;
  summary: string;
  /** Undefined for an option without a value. */
  value: CompletionValue | undefined;
}

/** What a shell completes after one command. */
export interface CompletionCommand {
  name: string;
  summary: string;
  argument: CompletionValue | undefined;
  options: CompletionOption[];
}

/** Values that are known beforehand, by flag; other options take any text. */
const VALUES: ReadonlyMap<string, CompletionValue> = new Map<string, CompletionValue>([
  ["--root", "folder"],
  ["--manifest", "file"],
  ["--trace", "file"],
  ["--engine", ["docker", "podman", "nerdctl"]],
  ["--builder", ["uv-micromamba", "docker-buildx", "kaniko", "noop"]],
  ["--on-unknown", ["build", "fail", "assume"]],
  ["--platform", ["linux/amd64", "linux/arm64"]],
]);

/** The shells that completion is written for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/**
 * Everything that is completed: the same tables as the help's, so that a new option is completed without further
 * changes.
 */
export function completionWords(): CompletionCommand[] {
  return commandUsages.map(([name, { summary, file, values, options }]) => ({
    name,
    summary,
    argument: values ?? (file ? "file" : undefined),
    options: options
      .flatMap((one) => OPTIONS[one]())
      .map((option) => {
        const flag = option.long ?? "";
        const value = option.required ? (VALUES.get(flag) ?? "text") : undefined;
        return { flag, summary: option.description, value };
      }),
  }));
}
