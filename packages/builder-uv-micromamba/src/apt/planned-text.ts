import type { BaseSystem } from "./base-system.ts";
import type { FilePlan } from "./file-plan.ts";

/** The text of a file as it is planned so far, else of the base; "" where neither has it. */
export async function textOf(path: string, plan: FilePlan, base: BaseSystem): Promise<string> {
  const planned = plan.planned.get(await plan.real(path))?.text;
  return planned === undefined ? base.text(path) : String(planned);
}
