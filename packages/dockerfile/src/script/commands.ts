import type { CommandsStep, EnvironmentStep, UserStep } from "@imagespec/core/builder";
import { ownScript } from "./own.ts";
import { quoteShell } from "./quote.ts";
import type { StepTools } from "./step-tools.ts";
import { trustLines } from "./trust.ts";
import { cacheSetting } from "./uv-settings.ts";

/** What the commands' step needs of a plan. */
export interface CommandsQuestion {
  step: CommandsStep;
  environment: EnvironmentStep | undefined;
  user: UserStep;
  tools: StepTools;
  /** Files mounted for the step. */
  mounted?: readonly string[] | undefined;
}

/** The spec's commands, with uv at hand; what they leave in /root and in the environment is the user's. */
export function commandsScript({ step, environment, user, tools, mounted }: CommandsQuestion): string[] {
  const prefix = environment?.prefix ?? "/opt/venv";
  // So that `uv pip install` means the image's environment.
  const active = environment?.manager === "conda" ? "CONDA_PREFIX" : "VIRTUAL_ENV";
  return [
    ...trustLines(tools),
    `export "PATH=${tools.bin}:$PATH" UV_LINK_MODE=copy ${cacheSetting(tools)};`,
    `if [ -d ${prefix} ]; then export ${active}=${prefix}; fi;`,
    ...inOneShell(step.commands),
    ...ownScript([user.workdir], { user: user.name, except: mounted }),
    `; if [ -d ${prefix} ]; then rm -f ${prefix}/.lock;`,
    ...ownScript([prefix], { user: user.name }),
    "; fi",
  ];
}

/**
 * One shell that parses each command by itself, so that no command can swallow the next, however it ends. The first
 * failure ends the build, and so does a command that exits the shell before the last one has run.
 */
export function inOneShell(commands: readonly string[]): string[] {
  const last = commands.length - 1;
  return [
    "(",
    // Variables with names of our own rather than functions, which could shadow a command.
    "trap 'imagespec_status=$?;",
    `if [ "$imagespec_status" != 0 ]; then printf "imagespec:%s: commands[%s] ended with exit code %s\\n" E_BUILD "$imagespec_at" "$imagespec_status" >&2;`,
    `elif [ "$imagespec_at" != ${last} ]; then imagespec_status=1; printf "imagespec:%s: commands[%s] ended the shell before the commands behind it ran\\n" E_BUILD "$imagespec_at" >&2; fi;`,
    `exit "$imagespec_status"' 0;`,
    ...commands.flatMap((command, index) => [
      `imagespec_at=${index}; eval ${quoteShell(command)};`,
      'imagespec_status=$?; [ "$imagespec_status" = 0 ] || exit "$imagespec_status";',
    ]),
    "); imagespec_status=$?;",
    '[ "$imagespec_status" = 0 ] || exit "$imagespec_status";',
    "set -e;",
  ];
}
