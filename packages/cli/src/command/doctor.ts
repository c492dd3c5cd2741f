import { ImageSpec } from "@imagespec/core";
import { buildContacts, type ContactReport, checkContacts } from "@imagespec/core/internal";
import type { Target } from "@imagespec/spec-file";
import type { Command, CommandContext } from "../context/command-context.ts";
import { projectEngine } from "../context/project-engine.ts";
import { EXIT } from "../exit-codes.ts";
import { machineReport } from "../machine/machine-report.ts";
import type { ToolChoice } from "../machine/tool-report.ts";
import { builderLines, contactLines, machineLines } from "../print/doctor-lines.ts";
import { onlyTarget } from "../target/chosen-targets.ts";
import { resolveTarget } from "../target/resolve-target.ts";
import { warningLines } from "./builders.ts";

/**
 * `doctor`: what this machine has, and whether every builder can work here; with a file, whether it can build that
 * spec, and whether all that this contacts answers. Exit 1 when no builder can.
 */
export const doctor: Command = async (context) => {
  const { line, env, signal, print, tell } = context;
  // Without a file: a spec that every builder supports, those included that do nothing but push, so that only the
  // machine can be at fault. Nobody asks the registry, which has a name that none can have (RFC 2606).
  const any = new ImageSpec({ name: "doctor", registry: "registry.invalid", baseImage: "debian:bookworm-slim" });
  const { target, folder } =
    line.file === undefined ? { target: undefined, folder: undefined } : await onlyTarget(context);
  const spec = target?.spec ?? any;
  const engine = projectEngine(context, folder);
  const found = await engine.findBuilders({ importModules: true });
  const { builder, builderOptions, platform } = line;
  const reports = await engine.examine(spec, { signal, builder, builderOptions, platform });
  const machine = await machineReport(toolChoice(spec, line.builderOptions), env, signal);
  const contacts = target === undefined ? undefined : await contactsOf(target, context);
  if (line.json) print(JSON.stringify({ machine, builders: reports, contacts, diagnostics: found.diagnostics }));
  else {
    const parts = [machineLines(machine), builderLines(reports), contactLines(contacts ?? [])];
    const lines = parts.filter((part) => part.length > 0).map((part) => part.join("\n"));
    print(lines.join("\n\n"));
    tell(warningLines(found, env));
  }
  return reports.some(({ status }) => status === "usable") ? EXIT.done : EXIT.failed;
};

/** The tools that spec and command line name. */
function toolChoice(spec: ImageSpec, given: Record<string, unknown>): ToolChoice {
  const { builderOptions, builderConfig } = spec;
  const options = { ...builderOptions, ...given };
  const named = (option: string) => (typeof options[option] === "string" ? options[option] : undefined);
  return { buildxBuilder: named("builder"), micromamba: named("micromamba"), uvImage: builderConfig?.uvImage };
}

/** What a build of this image contacts, each asked whether it answers. */
async function contactsOf(target: Target, context: CommandContext): Promise<ContactReport[]> {
  const { env, signal } = context;
  const prepared = await resolveTarget(target, context);
  const contacts = await buildContacts(prepared, { isPushed: target.spec.registry !== undefined, env });
  return checkContacts(contacts, { credentials: prepared.credentials, env, signal });
}
