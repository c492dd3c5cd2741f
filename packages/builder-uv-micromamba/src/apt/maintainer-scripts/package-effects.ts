import type { ListedPackage, PackageContents } from "../package/package-contents.ts";
import { handedOn } from "../system/handed-on.ts";
import type { Effect } from "./effect.ts";
import { generatedEffects } from "./generated-parts.ts";
import { readScript } from "./maintainer-script.ts";
import { WRITTEN_SCRIPTS } from "./written-scripts.ts";

/** A package with the effects of its scripts. */
export interface PackageEffects extends ListedPackage {
  effects: readonly Effect[];
}

/**
 * What a package's scripts do when it is installed for the first time, in the order in which dpkg runs them.
 *
 * @throws ImageSpecError E_UNSUPPORTED naming the package, for a script with a part whose effect is not known.
 */
export function effectsOf(name: string, { info }: PackageContents): Effect[] {
  return ["config", "preinst", "postinst"].flatMap((kind) => {
    const text = info.find((file) => file.name === kind)?.text;
    if (text === undefined) return [];
    const { generated, written } = readScript(text);
    const known = written === "" ? { effects: [] } : WRITTEN_SCRIPTS.get(written);
    if (known === undefined) throw handedOn(`${name} has a ${kind} script that only a container can run`);
    const parts = generated.map((part) => {
      const effects = generatedEffects(part);
      if (effects === undefined)
        throw handedOn(`${name} has a ${kind} script whose part by ${part.by} only a container can run`);
      return effects;
    });
    return [...known.effects, ...parts.flat()];
  });
}
