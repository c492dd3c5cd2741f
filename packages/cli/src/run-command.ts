import type { Command, ProgramIo } from "./command/command-context.ts";
import type { CommandLine } from "./command-line/command-line.ts";
import type { CommandName } from "./command-line/commands.ts";

/** Commands are loaded when they are called, so that `tag` does not wait for code that renders or builds. */
const COMMANDS: Record<CommandName, () => Promise<Command>> = {
  build: async () => (await import("./command/build.ts")).build,
  tag: async () => (await import("./command/tag.ts")).tag,
  exists: async () => (await import("./command/exists.ts")).exists,
  render: async () => (await import("./command/render.ts")).render,
  plan: async () => (await import("./command/plan.ts")).plan,
  explain: async () => (await import("./command/explain.ts")).explain,
  builders: async () => (await import("./command/builders.ts")).builders,
  doctor: async () => (await import("./command/doctor.ts")).doctor,
  schema: async () => (await import("./command/schema.ts")).schema,
};

/** Runs one command; returns the exit code. */
export async function runCommand(line: CommandLine, io: ProgramIo): Promise<number> {
  const run = await COMMANDS[line.command]();
  allowInsecureRegistries(io.env, line.insecureRegistries);
  return run({ ...io, line });
}

/**
 * `--insecure-registry` says for one run what the variable says for all. It is set in the process's own environment,
 * which is where builders and the tools they start look.
 */
function allowInsecureRegistries(env: NodeJS.ProcessEnv, hosts: readonly string[]): void {
  if (hosts.length === 0) return;
  env.IMAGESPEC_INSECURE_REGISTRIES = [env.IMAGESPEC_INSECURE_REGISTRIES, ...hosts].filter(Boolean).join(",");
}
