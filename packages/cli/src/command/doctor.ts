import { ImageSpec } from "@imagespec/core";
import { EXIT } from "../exit-codes.ts";
import { diagnosticLines } from "./builders.ts";
import { onlyTarget } from "./chosen-targets.ts";
import type { Command } from "./command-context.ts";
import { projectEngine } from "./project-engine.ts";

/**
 * `doctor`: asks every builder whether it can work here; with a file, whether it can build that spec. Exit 1 when none
 * can.
 */
export const doctor: Command = async (context) => {
  const { line, signal, print, tell } = context;
  // Without a file: a spec that every builder supports, so that only the machine can be at fault.
  const any = new ImageSpec({ name: "doctor", baseImage: "debian:bookworm-slim" });
  const { target, folder } =
    line.file === undefined ? { target: undefined, folder: undefined } : await onlyTarget(context);
  const spec = target?.spec ?? any;
  const engine = projectEngine(context, folder);
  const { diagnostics } = await engine.findBuilders({ importModules: true });
  const all = await engine.examine(spec, {
    signal,
    builderOptions: line.builderOptions,
    platform: line.platform,
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
};
