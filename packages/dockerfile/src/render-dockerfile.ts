import type { BuildPlan } from "@imagespec/core";
import { renderBuildKit } from "./dialect/buildkit.ts";

export interface RenderOptions {
  dialect: "buildkit";
  /** Written as the label `dev.imagespec.builder`: `TYPE@VERSION`. */
  builder: string;
  /** Where to fetch instead, by registry host; changes FROM lines only. */
  mirrors?: Readonly<Record<string, string>>;
}

/** The plan as a Dockerfile. The same plan and options give the same text. */
export function renderDockerfile(plan: BuildPlan, options: RenderOptions): string {
  return renderBuildKit(plan, options);
}
