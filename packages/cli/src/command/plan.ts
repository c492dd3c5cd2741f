import { planDocument } from "@imagespec/core/internal";
import type { Command } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";
import { onlyTarget } from "../target/chosen-targets.ts";
import { resolveTarget } from "../target/resolve-target.ts";

/** `plan`: the build plan as JSON. */
export const plan: Command = async (context) => {
  const { target } = await onlyTarget(context);
  const resolved = await resolveTarget(target, context);
  context.print(JSON.stringify(planDocument(resolved.plan), null, 2));
  return EXIT.done;
};
