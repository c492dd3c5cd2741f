import { ImageSpecError } from "@imagespec/registry/terms";
import type { ImageSpecBuilder } from "../builder/builder.ts";
import type { ImageSpecConfig } from "../config/config-schema.ts";
import { loadConfig } from "../config/load-config.ts";
import { findConfig } from "./find-config.ts";

/** The settings that count for a call, and the file they stand in; undefined where there is none. */
export interface ProjectSettings {
  file: string | undefined;
  config: ImageSpecConfig;
}

/**
 * The settings of the first of these folders that has an `imagespec.config.*`, in itself, its project or its workspace.
 *
 * @throws ImageSpecError E_INPUT_FILE when that file cannot be loaded or is wrong.
 */
export async function projectSettings(starts: readonly string[]): Promise<ProjectSettings> {
  for (const start of starts) {
    const file = await findConfig(start);
    if (file !== undefined) return { file, config: await loadConfig(file) };
  }
  return { file: undefined, config: {} };
}

/**
 * The options that the project gives a builder for every spec.
 *
 * @throws ImageSpecError E_OPTIONS for one that changes what is in the image: a tag would stand for two images.
 */
export function settledOptions(builder: ImageSpecBuilder, { file, config }: ProjectSettings): Record<string, unknown> {
  const all = config.builderOptions ?? {};
  const type = builder.builderType;
  const options = Object.hasOwn(all, type) ? (all[type] ?? {}) : {};
  // A builder made for an older core lacks this property.
  const content = builder.contentOptions ?? [];
  const wrong = Object.keys(options).find((name) => content.includes(name));
  if (wrong === undefined) return options;
  throw new ImageSpecError("E_OPTIONS", `${file}: builderOptions.${type}.${wrong} changes what is in the image`, {
    hint: `Put it into the spec, where it is part of the tag: builderOptions: { ${wrong}: ... }.`,
    details: { builder: type },
  });
}
