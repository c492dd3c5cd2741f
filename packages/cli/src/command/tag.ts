import { answerLine, type Command } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";
import { chosenTargets } from "../target/chosen-targets.ts";
import { resolveTarget } from "../target/resolve-target.ts";

/** `tag`: the tag alone. */
export const tag: Command = async (context) => {
  const { targets } = await chosenTargets(context);
  for (const target of targets) {
    const { identity } = await resolveTarget(target, context);
    context.print(answerLine(target, identity.tag, targets));
  }
  return EXIT.done;
};
