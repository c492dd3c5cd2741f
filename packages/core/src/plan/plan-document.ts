import { baseImageText } from "../spec/base-image.ts";
import type { BuildPlan } from "./plan.ts";

/**
 * A plan as `imagespec plan` prints it: the base as text, and the steps as a list in the order of the record, the base
 * first.
 */
export interface PlanDocument extends Omit<BuildPlan, "base" | "steps"> {
  /** An image reference, or `oci:PATH`. */
  base: string;
  /** What each kind holds is what {@link PlanSteps} holds under that name; `base` holds `image` and `given`. */
  steps: { kind: string; [content: string]: unknown }[];
}

/** The printed form of a plan, as plain data. Pure. */
export function planDocument({ base, steps, ...plan }: BuildPlan): PlanDocument {
  const text = baseImageText(base);
  return {
    ...plan,
    base: text,
    steps: [
      { kind: "base", image: text, given: base.given },
      ...Object.entries(steps).flatMap(([kind, step]) => (step === undefined ? [] : [{ kind, ...step }])),
    ],
  };
}
