import { answerLine, type Command, EXIT } from "./command-context.ts";
import { resolveTarget } from "./resolve-target.ts";

/** `tag`: the tag alone. */
export const tag: Command = async (targets, context) => {
  for (const target of targets) {
    const { identity } = await resolveTarget(target, context);
    context.print(answerLine(target, identity.tag, targets));
  }
  return EXIT.done;
};
