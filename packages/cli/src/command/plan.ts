import { planDocument } from "@imagespec/core";
import { oneTarget } from "./choose-targets.ts";
import { type Command, EXIT } from "./command-context.ts";
import { resolveTarget } from "./resolve-target.ts";

/** `plan`: the build plan as JSON. */
export const plan: Command = async (targets, context) => {
  const resolved = await resolveTarget(oneTarget(targets, "plan"), context);
  context.print(JSON.stringify(planDocument(resolved.plan), null, 2));
  return EXIT.done;
};
