import { ImageSpec } from "@imagespec/core";
import type { Target } from "../spec-file/read-targets.ts";
import { diagnosticLines } from "./builders.ts";
import { oneTarget } from "./choose-targets.ts";
import { type CommandContext, EXIT } from "./command-context.ts";

/**
 * `doctor`: asks every builder whether it can work here; with a file, whether it can build that spec. Exit 1 when none
 * can.
 */
export async function doctor(targets: readonly Target[], context: CommandContext): Promise<number> {
  const { engine, line, signal, print, tell } = context;
  // Without a file: a spec that every builder can do, so that what is left is the machine.
  const any = new ImageSpec({ name: "doctor", baseImage: "debian:bookworm-slim" });
  const spec = targets.length === 0 ? any : oneTarget(targets, "doctor").spec;
  const { diagnostics } = await engine.findBuilders();
  const all = await engine.examine(spec, {
    signal,
    builderOptions: line.builderOptions,
    ...(line.platform !== undefined && { platform: line.platform }),
  });
  const reports = line.builder === undefined ? all : all.filter(({ type }) => type === line.builder);
  if (line.json) print(JSON.stringify({ builders: reports, diagnostics }));
  else {
    for (const { type, priority, origin, status, reason, hint, file } of reports) {
      print(`${type} (priority ${priority}): ${status}${reason === undefined ? "" : `: ${reason}`}`);
      if (hint !== undefined && hint !== "" && status !== "usable") print(`  hint: ${hint}`);
      print(`  from: ${origin}${file === undefined ? "" : ` (${file})`}`);
    }
    tell(diagnosticLines(diagnostics));
  }
  return reports.some(({ status }) => status === "usable") ? EXIT.done : EXIT.failed;
}
