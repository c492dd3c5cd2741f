import type { Diagnostic } from "@imagespec/core";
import type { CommandContext } from "./command-context.ts";
import { EXIT } from "./command-context.ts";

/** `builders`: what is installed, in the order in which it is asked. Imports none of it. */
export async function builders({ engine, line, print, tell }: CommandContext): Promise<number> {
  const { candidates, diagnostics } = await engine.findBuilders();
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
}

/** One warning a diagnostic, with its cure. */
export function diagnosticLines(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(({ subject, message, hint }) => `warning: ${subject}: ${message}\n  hint: ${hint}\n`).join("");
}
