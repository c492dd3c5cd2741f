import { type BuildPlan, planStep } from "@imagespec/core";

/** The images a build of this plan fetches, as the plan names them; each once. A base `oci:PATH` is none of them. */
export function pulledImages(plan: BuildPlan): string[] {
  const environment = planStep(plan, "environment");
  const images = [plan.base, planStep(plan, "commands")?.uvImage, environment?.uvImage];
  if (environment?.manager === "conda") images.push(environment.micromambaImage);
  return [...new Set(images.filter((image): image is string => image !== undefined && !image.startsWith("oci:")))];
}
