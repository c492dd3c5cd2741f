import { specPresence } from "@imagespec/core/internal";
import { answerLine, type Command } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";
import { chosenTargets } from "../target/chosen-targets.ts";

/**
 * `exists`: one word; why it is absent or unknown goes to standard error. With several targets the worst sets the exit.
 */
export const exists: Command = async (context) => {
  const { targets } = await chosenTargets(context);
  const { line, env, signal } = context;
  let exit: number = EXIT.done;
  for (const target of targets) {
    const { reference, presence } = await specPresence(target.spec, { env, signal, platform: line.platform });
    context.print(answerLine(target, presence.status, targets));
    if (presence.status === "absent" && presence.missing !== undefined) {
      context.tell(`${reference} exists but lacks ${presence.missing.join(", ")}\n`);
    }
    if (presence.status === "unknown") {
      const { code, message, hint } = presence.cause;
      context.tell(`${reference}: ${code}: ${message}\n${hint === undefined ? "" : `hint: ${hint}\n`}`);
    }
    exit = Math.max(exit, { present: EXIT.done, absent: EXIT.absent, unknown: EXIT.unknown }[presence.status]);
  }
  return exit;
};
