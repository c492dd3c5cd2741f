import {
  type CommandsStep,
  ENVIRONMENT_PREFIXES,
  type EnvironmentStep,
  LARGEST_ARGUMENT,
  shellWord,
  type UserStep,
} from "@imagespec/core/builder";
import { ImageSpecError } from "@imagespec/registry";
import { chownScript } from "./fragment/chown.ts";
import { FAIL_FUNCTION } from "./fragment/fail.ts";
import type { StepTools } from "./fragment/step-tools.ts";
import { trustLines } from "./fragment/trust.ts";
import { cacheSetting } from "./fragment/uv-settings.ts";

/** What the commands' step needs of a plan. */
export interface CommandsQuestion {
  step: CommandsStep;
  environment: EnvironmentStep | undefined;
  user: UserStep;
  tools: StepTools;
  /** Files mounted for the step. */
  mounted?: readonly string[] | undefined;
}

/**
 * The spec's commands, with uv at hand; the user owns what they leave in /root and in the environment.
 *
 * @throws ImageSpecError E_SPEC when no shell can be started with so long a script.
 */
export function commandsScript(question: CommandsQuestion): string[] {
  const script = unboundedScript(question);
  const bytes = Buffer.byteLength(script.join(" "));
  if (bytes <= LARGEST_ARGUMENT) return script;
  const fault = {
    code: "argument_size",
    message: `The commands are one script of ${bytes} bytes, and Linux starts no shell with one above ${LARGEST_ARGUMENT}`,
    hint: "Put long commands into a script that copy names.",
  };
  throw new ImageSpecError("E_SPEC", fault.message, { ...fault, faults: [{ path: ["commands"], ...fault }] });
}

function unboundedScript({ step, environment, user, tools, mounted }: CommandsQuestion): string[] {
  const prefix = environment?.prefix ?? ENVIRONMENT_PREFIXES.venv;
  // So that `uv pip install` means the image's environment.
  const active = environment?.manager === "conda" ? "CONDA_PREFIX" : "VIRTUAL_ENV";
  return [
    ...trustLines(tools),
    `export "PATH=${tools.bin}:$PATH" UV_LINK_MODE=copy ${cacheSetting(tools)};`,
    `if [ -d ${prefix} ]; then export ${active}=${prefix}; fi;`,
    ...inOneShell(step.commands),
    FAIL_FUNCTION,
    `[ -d ${user.workdir} ] || fail E_BUILD 'the commands removed ${user.workdir}, the folder in which the image starts';`,
    ...chownScript([user.workdir], { user: user.name, except: mounted }),
    `; if [ -d ${prefix} ]; then rm -f ${prefix}/.lock;`,
    ...chownScript([prefix], { user: user.name }),
    "; fi",
  ];
}

/** The exit code of a shell that went through all commands: one that a program in its place is unlikely to end with. */
const WENT_THROUGH = 222;

/**
 * One shell that parses each command by itself, so that no command can swallow the next, however it ends. The first
 * failure ends the build, and so does a command that keeps later ones from running: one that exits the shell, puts a
 * program in its place (`exec`), or disables the trap that notices this.
 */
export function inOneShell(commands: readonly string[]): string[] {
  const last = commands.length - 1;
  const report = (where: string, what: string) => `printf "imagespec:%s: ${where} ${what}\\n" E_BUILD`;
  return [
    "(",
    // Variables with names of our own rather than functions, which could shadow a command.
    "trap 'imagespec_status=$?;",
    `case "$imagespec_at:$imagespec_status" in done:*|${last}:0) exit ${WENT_THROUGH};; esac;`,
    `if [ "$imagespec_status" != 0 ]; then ${report("commands[%s]", "ended with exit code %s")} "$imagespec_at" "$imagespec_status" >&2;`,
    `else ${report("commands[%s]", "ended the shell before the commands after it ran")} "$imagespec_at" >&2; fi;`,
    `case "$imagespec_status" in 0|${WENT_THROUGH}) exit 1;; *) exit "$imagespec_status";; esac' 0;`,
    ...commands.flatMap((command, index) => [
      `imagespec_at=${index}; eval ${shellWord(command)};`,
      'imagespec_status=$?; [ "$imagespec_status" = 0 ] || exit "$imagespec_status";',
    ]),
    `imagespec_at=done; exit ${WENT_THROUGH};`,
    "); imagespec_status=$?;",
    `case "$imagespec_status" in ${WENT_THROUGH}) ;;`,
    // After a single command there is nothing that could be skipped.
    ...(last === 0
      ? ["0) ;;"]
      : [
          `0) ${report("a command", "replaced the shell, as exec does, before the commands after it ran")} >&2; exit 1;;`,
        ]),
    '*) exit "$imagespec_status";; esac;',
    "set -e;",
  ];
}
