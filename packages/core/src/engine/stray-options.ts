import { FIRST_PARTY_BUILDERS } from "../discovery/first-party.ts";
import { hintForLeftOut } from "../discovery/left-out.ts";
import type { ProjectSettings } from "../discovery/project-settings.ts";
import { spellingHint } from "../spec/parameter-names.ts";
import type { EngineHost } from "./engine-host.ts";

/** A warning for each type in the settings' builderOptions that is no builder's, as when it is misspelt. */
export async function strayOptions(
  { builders, env }: Pick<EngineHost, "builders" | "env">,
  { file, config }: ProjectSettings,
): Promise<readonly string[]> {
  const others = Object.keys(config.builderOptions ?? {}).filter((type) => !FIRST_PARTY_BUILDERS.has(type));
  // Of those that are left out nobody knows the types.
  if (others.length === 0 || hintForLeftOut(env()) !== undefined) return [];
  const installed = (await builders.all()).candidates.map(({ type }) => type);
  const names = [...installed, ...FIRST_PARTY_BUILDERS.keys()];
  return others
    .filter((type) => !installed.includes(type))
    .map((type) => {
      const hint = spellingHint(type, names, "Install its builder, or leave it out.");
      return `${file}: builderOptions.${type} has no effect: no builder of this type is installed. ${hint}`;
    });
}
