import type { BuildPlan } from "@imagespec/core/builder";
import { renderBuildKit } from "./dialect/buildkit.ts";
import { renderKaniko } from "./dialect/kaniko.ts";

export interface RenderOptions {
  /** Who builds it: BuildKit, or kaniko's executor. */
  dialect: "buildkit" | "kaniko";
  /** Written as the label `dev.imagespec.builder`: `TYPE@VERSION`. */
  builder: string;
  /** Where to fetch instead, by registry host; changes FROM lines only. */
  mirrors?: Readonly<Record<string, string>>;
  /** kaniko: an image that holds the context's files, for builders that get no context of their own. */
  contextImage?: string;
  /** kaniko: paths in the context of the symbolic links that are shipped, whose owner its COPY does not set. */
  links?: readonly string[];
}

/** The plan as a Dockerfile. The same plan and options give the same text. */
export function renderDockerfile(plan: BuildPlan, options: RenderOptions): string {
  return options.dialect === "kaniko" ? renderKaniko(plan, options) : renderBuildKit(plan, options);
}
