import { EXIT } from "../exit-codes.ts";
import { chosenTargets } from "./chosen-targets.ts";
import { answerLine, type Command } from "./command-context.ts";
import { resolveTarget } from "./resolve-target.ts";

/** `tag`: the tag alone. */
export const tag: Command = async (context) => {
  const { targets } = await chosenTargets(context);
  for (const target of targets) {
    const { identity } = await resolveTarget(target, context);
    context.print(answerLine(target, identity.tag, targets));
  }
  return EXIT.done;
};
