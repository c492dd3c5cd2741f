import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ImageSpecError, type ProcessEnvironment } from "@imagespec/registry";

/** The commands that containers are run with, in the order in which they are looked for. */
const CONTAINER_COMMANDS = ["docker", "podman", "nerdctl"] as const;

/** One of {@link CONTAINER_COMMANDS}. */
export type ContainerCommand = (typeof CONTAINER_COMMANDS)[number];

/** A program to run in a container that is removed when the program ends. */
export interface ContainerRun {
  image: string;
  /** The program and its arguments, in place of the image's entrypoint; empty: what the image starts by itself. */
  command: readonly string[];
  /** Files and folders of this machine, absolute, and where the program sees them. */
  mounts: readonly { source: string; target: string }[];
  /** GPUs the program sees, as docker's `--gpus` names them: `all`, `2`, `device=0`. */
  gpus?: string | undefined;
  /** Whether the program reads this process's standard input. */
  input: boolean;
  /** Whether what the program prints goes to a terminal, and with `input` whether it reads from one. */
  terminal: boolean;
  /**
   * Whether the engine's init runs as the container's first process: it hands signals on to the program, which is then
   * ended by those it does not handle. False by default.
   */
  init?: boolean | undefined;
}

/**
 * The command that containers are run with: the one named, else the first on PATH.
 *
 * @throws ImageSpecError E_OPTIONS for another name, E_TOOL_MISSING where none is installed.
 */
export async function findContainerCommand(
  named: string | undefined,
  env: ProcessEnvironment,
): Promise<ContainerCommand> {
  const wanted = CONTAINER_COMMANDS.filter((one) => named === undefined || one === named);
  if (wanted.length === 0) {
    const hint = `Use one of ${CONTAINER_COMMANDS.join(", ")}.`;
    throw new ImageSpecError("E_OPTIONS", `"${named}" is not a command that runs containers`, { hint });
  }
  for (const command of wanted) if (await isOnPath(command, env)) return command;
  const names = wanted.join(" or ");
  throw new ImageSpecError("E_TOOL_MISSING", `Containers cannot be run: there is no ${names} on PATH`, {
    hint: `Install ${names}, or add its folder to PATH.`,
  });
}

async function isOnPath(command: string, env: ProcessEnvironment): Promise<boolean> {
  for (const folder of (env.PATH ?? "").split(delimiter).filter(Boolean)) {
    const found = await access(join(folder, command), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}

/**
 * The arguments behind `run` or `create` for a program in a container of this name with this command. Pure.
 *
 * @throws ImageSpecError E_OPTIONS for a path with a comma or quote, which `--mount` cannot hold.
 */
export function containerArguments(command: ContainerCommand, run: ContainerRun, name: string): string[] {
  const [program, ...rest] = run.command;
  const wrong = run.mounts.flatMap(({ source, target }) => [source, target]).find((path) => /[,"\n]/.test(path));
  if (wrong !== undefined) {
    const message = `'${wrong}' cannot be mounted: its name holds a comma, a quote or a line break`;
    throw new ImageSpecError("E_OPTIONS", message, { hint: "Rename it, or run without mounting the sources." });
  }
  return [
    "--rm",
    "--name",
    name,
    ...(run.input ? ["--interactive"] : []),
    ...(run.terminal ? ["--tty"] : []),
    ...(run.init ? ["--init"] : []),
    ...(run.gpus === undefined ? [] : gpuArguments(command, run.gpus)),
    ...run.mounts.flatMap(({ source, target }) => ["--mount", `type=bind,source=${source},target=${target}`]),
    ...(program === undefined ? [] : ["--entrypoint", program]),
    run.image,
    ...rest,
  ];
}

/** podman names GPUs as devices of the container device interface. */
function gpuArguments(command: ContainerCommand, gpus: string): string[] {
  return command === "podman" ? ["--device", `nvidia.com/gpu=${gpus.replace(/^device=/, "")}`] : ["--gpus", gpus];
}
