import type { CommandsStep, EnvironmentStep } from "@imagespec/core/builder";
import type { StepTools } from "./step-tools.ts";
import { trustLines } from "./trust.ts";
import { cacheSetting } from "./uv-settings.ts";

/** The spec's commands behind each other, each only after the one before went well, with uv at hand. */
export function commandsScript(
  step: CommandsStep,
  environment: EnvironmentStep | undefined,
  tools: StepTools,
): string[] {
  const prefix = environment?.prefix ?? "/opt/venv";
  // So that `uv pip install` means the image's environment.
  const active = environment?.manager === "conda" ? "CONDA_PREFIX" : "VIRTUAL_ENV";
  return [
    ...trustLines(tools),
    `export "PATH=${tools.bin}:$PATH" UV_LINK_MODE=copy ${cacheSetting(tools)};`,
    `if [ -d ${prefix} ]; then export ${active}=${prefix}; fi;`,
    joinCommands(step.commands),
  ];
}

/** A comment, a line break or a last backslash would reach into the command behind it: then each gets its own group. */
export function joinCommands(commands: readonly string[]): string {
  const reaches = commands.length > 1 && commands.some((command) => /[#\n\r]|\\\s*$/.test(command));
  return reaches ? commands.map((command) => `{ ${command}\n}`).join(" && ") : commands.join(" && ");
}
