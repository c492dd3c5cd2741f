import type { Discovery } from "@imagespec/core";
import { hintForLeftOut } from "@imagespec/core/internal";
import type { Command } from "../context/command-context.ts";
import { projectEngine } from "../context/project-engine.ts";
import { EXIT } from "../exit-codes.ts";

/** `builders`: what is installed, in the order in which it is asked. Imports none of it. */
export const builders: Command = async (context) => {
  const { line, env, print, tell } = context;
  const { candidates, diagnostics } = await projectEngine(context).findBuilders();
  if (line.json) {
    const found = candidates.map(({ load: _, ...about }) => about);
    print(JSON.stringify({ builders: found, diagnostics }));
    return EXIT.done;
  }
  for (const { type, priority, origin, summary } of candidates) {
    print([type, String(priority), origin, summary ?? ""].join("\t").trimEnd());
  }
  tell(warningLines({ candidates, diagnostics }, env));
  return EXIT.done;
};

/** One warning for each diagnostic, with its hint, after one where there is no builder at all. */
export function warningLines({ candidates, diagnostics }: Discovery, env: NodeJS.ProcessEnv): string {
  const warning = (text: string, hint: string) => `warning: ${text}\n  hint: ${hint}\n`;
  const leftOut = hintForLeftOut(env);
  const none =
    leftOut === undefined
      ? warning("no builder is installed", "Install one: `npm install @imagespec/builder-uv-micromamba`.")
      : warning("no builder is left by IMAGESPEC_PLUGINS=off", leftOut);
  const found = diagnostics.map(({ subject, message, hint }) => warning(`${subject}: ${message}`, hint));
  return [...(candidates.length === 0 ? [none] : []), ...found].join("");
}
