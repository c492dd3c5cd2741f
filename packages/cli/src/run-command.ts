import type { CommandLine } from "./command-line/command-line.ts";
import type { CommandName } from "./command-line/commands.ts";
import type { Command, ProgramIo } from "./context/command-context.ts";
import { resolveOwnModules } from "./resolve-own-modules.ts";

/** Commands are loaded when they are called, so that `tag` does not wait for code that renders or builds. */
const COMMANDS: Record<CommandName, () => Promise<Command>> = {
  build: async () => (await import("./command/build.ts")).build,
  tag: async () => (await import("./command/tag.ts")).tag,
  exists: async () => (await import("./command/exists.ts")).exists,
  render: async () => (await import("./command/render.ts")).render,
  plan: async () => (await import("./command/plan.ts")).plan,
  explain: async () => (await import("./command/explain.ts")).explain,
  resolve: async () => (await import("./command/resolve.ts")).resolve,
  inspect: async () => (await import("./command/inspect.ts")).inspect,
  run: async () => (await import("./command/run.ts")).run,
  shell: async () => (await import("./command/run.ts")).shell,
  init: async () => (await import("./command/init.ts")).init,
  builders: async () => (await import("./command/builders.ts")).builders,
  doctor: async () => (await import("./command/doctor.ts")).doctor,
  completion: async () => (await import("./command/completion.ts")).completion,
  schema: async () => (await import("./command/schema.ts")).schema,
};

/** Runs one command; returns the exit code. */
export async function runCommand(line: CommandLine, io: ProgramIo): Promise<number> {
  const run = await COMMANDS[line.command]();
  // The schema of the settings is printed even where the present settings are wrong.
  if (line.command === "schema" || line.command === "completion")
    return run({ ...io, line, settings: { file: undefined, config: {} } });
  if (!hasWorkingFolder()) {
    const { ImageSpecError } = await import("@imagespec/core");
    throw new ImageSpecError("E_INPUT_FILE", "The working directory does not exist any more", {
      hint: "Change to a folder that exists.",
    });
  }
  resolveOwnModules();
  const { setProjectEnvironment } = await import("./project-environment.ts");
  return run({ ...io, line, settings: await setProjectEnvironment(line, io.env) });
}

/** Whether the working directory still exists. Node throws when asked for the path of one that was removed. */
function hasWorkingFolder(): boolean {
  try {
    return process.cwd() !== "";
  } catch {
    return false;
  }
}
