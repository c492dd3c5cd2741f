import type { Diagnostic } from "@imagespec/core";
import { EXIT } from "../exit-codes.ts";
import type { Command } from "./command-context.ts";
import { projectEngine } from "./project-engine.ts";

/** `builders`: what is installed, in the order in which it is asked. Imports none of it. */
export const builders: Command = async (context) => {
  const { line, print, tell } = context;
  const { candidates, diagnostics } = await projectEngine(context).findBuilders();
  if (line.json) {
    const found = candidates.map(({ load: _, ...about }) => about);
    print(JSON.stringify({ builders: found, diagnostics }));
    return EXIT.done;
  }
  for (const { type, priority, origin, summary } of candidates) {
    print([type, String(priority), origin, summary ?? ""].join("\t").trimEnd());
  }
  if (candidates.length === 0) tell("No builder is installed. Install one: @imagespec/builder-docker-buildx\n");
  tell(diagnosticLines(diagnostics));
  return EXIT.done;
};

/** One warning for each diagnostic, with its hint. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ subject, message, hint }) => `warning: ${subject}: ${message}\n  hint: ${hint}\n`).join("");
}
