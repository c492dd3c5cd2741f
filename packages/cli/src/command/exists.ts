import type { Presence } from "@imagespec/core";
import { specPresence } from "@imagespec/core/internal";
import { answerLine, type Command, jsonLine } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";
import { chosenTargets } from "../target/chosen-targets.ts";

/**
 * `exists`: one word; why it is absent or unknown goes to standard error, or into the JSON. With several targets the
 * worst sets the exit.
 */
export const exists: Command = async (context) => {
  const { targets } = await chosenTargets(context);
  const { line, env, signal } = context;
  let exit: number = EXIT.done;
  for (const target of targets) {
    const { reference, presence } = await specPresence(target.spec, { env, signal, platform: line.platform });
    if (line.json) context.print(jsonLine(target, { reference, ...asData(presence) }));
    else {
      context.print(answerLine(target, presence.status, targets));
      context.tell(reasonOf(reference, presence));
    }
    exit = Math.max(exit, { present: EXIT.done, absent: EXIT.absent, unknown: EXIT.unknown }[presence.status]);
  }
  return exit;
};

function asData(presence: Presence): object {
  if (presence.status !== "unknown") return presence;
  const { code, message, hint } = presence.cause;
  return { status: presence.status, cause: { code, message, hint } };
}

/** Why an image is absent although its tag is there, or its presence is unknown; "" where there is nothing to say. */
function reasonOf(reference: string, presence: Presence): string {
  if (presence.status === "absent" && presence.missing !== undefined)
    return `${reference} exists but lacks ${presence.missing.join(", ")}\n`;
  if (presence.status !== "unknown") return "";
  const { code, message, hint } = presence.cause;
  return `${reference}: ${code}: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`;
}
