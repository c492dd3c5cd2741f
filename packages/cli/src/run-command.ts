import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { ImageBuildEngine, imageSpecJsonSchema, projectOfModule } from "@imagespec/core";
import { builders } from "./command/builders.ts";
import { chooseTargets } from "./command/choose-targets.ts";
import { type Command, type CommandContext, EXIT } from "./command/command-context.ts";
import type { CommandLine, CommandName } from "./command/command-line.ts";
import { doctor } from "./command/doctor.ts";
import { usage } from "./command/usage.ts";
import { findSpecFile } from "./spec-file/find-spec-file.ts";
import { readSpecFile } from "./spec-file/read-spec-file.ts";
import { readTargets } from "./spec-file/read-targets.ts";

// Each is loaded when it is called: `tag` does not wait for what renders or builds.
const WITH_TARGETS: Record<Exclude<CommandName, "builders" | "schema">, () => Promise<Command>> = {
  build: async () => (await import("./command/build.ts")).build,
  tag: async () => (await import("./command/tag.ts")).tag,
  exists: async () => (await import("./command/exists.ts")).exists,
  render: async () => (await import("./command/render.ts")).render,
  plan: async () => (await import("./command/plan.ts")).plan,
  explain: async () => (await import("./command/explain.ts")).explain,
  doctor: async () => (await import("./command/doctor.ts")).doctor,
};

/** Runs one command; returns the exit code. */
export async function runCommand(line: CommandLine, io: Omit<CommandContext, "line" | "engine">): Promise<number> {
  const { command } = line;
  if (command === "help") io.print(usage().trimEnd());
  else if (command === "version") io.print(ownVersion());
  else if (command === "schema") io.print(JSON.stringify(imageSpecJsonSchema(), null, 2));
  else if (command === "builders") return builders({ ...io, line, engine: newEngine([]) });
  else if (command === "doctor" && line.file === undefined) return doctor([], { ...io, line, engine: newEngine([]) });
  else {
    const file = findSpecFile(line.file, process.cwd());
    const targets = chooseTargets(readTargets(await readSpecFile(file), dirname(file)), line.targets);
    const run = await WITH_TARGETS[command]();
    return run(targets, { ...io, line, engine: newEngine([dirname(file)]) });
  }
  return EXIT.done;
}

/** Builders of the working directory's project, then of the spec's, then of the one the CLI is installed in. */
function newEngine(folders: readonly string[]): ImageBuildEngine {
  return new ImageBuildEngine({ root: [process.cwd(), ...folders, projectOfModule(import.meta.filename)] });
}

function ownVersion(): string {
  return (JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }).version;
}
