import { answerLine, type Command, jsonLine } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";
import { chosenTargets } from "../target/chosen-targets.ts";
import { resolveTarget } from "../target/resolve-target.ts";

/** `tag`: the tag alone; as JSON with the reference and the id. */
export const tag: Command = async (context) => {
  const { targets } = await chosenTargets(context);
  for (const target of targets) {
    const { reference, identity } = await resolveTarget(target, context);
    const { tag, id } = identity;
    context.print(context.line.json ? jsonLine(target, { reference, tag, id }) : answerLine(target, tag, targets));
  }
  return EXIT.done;
};
