import { planDocument } from "@imagespec/core/internal";
import { EXIT } from "../exit-codes.ts";
import { onlyTarget } from "./chosen-targets.ts";
import type { Command } from "./command-context.ts";
import { resolveTarget } from "./resolve-target.ts";

/** `plan`: the build plan as JSON. */
export const plan: Command = async (context) => {
  const { target } = await onlyTarget(context);
  const resolved = await resolveTarget(target, context);
  context.print(JSON.stringify(planDocument(resolved.plan), null, 2));
  return EXIT.done;
};
