import type { BuildPlan } from "@imagespec/core/builder";
import { renderEnvironment } from "./environment.ts";

/** The build arguments a rendered plan needs, by name: what its environment holds that no line of a Dockerfile can. */
export function buildArguments(plan: BuildPlan): Record<string, string> {
  return renderEnvironment(plan).arguments;
}
