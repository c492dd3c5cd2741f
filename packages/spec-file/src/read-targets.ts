import { parseTargets, type Target } from "./parse-targets.ts";
import type { SpecSource } from "./read-spec.ts";

/**
 * The images of a spec file, bases first: `{ images: { NAME: spec } }`, or one spec. A `base_image` may be
 * `{ image: NAME }`, another image of the file. Top-level `x-...` keys are the file's own, for YAML's anchors.
 *
 * @throws ImageSpecError E_SPEC with the faults of all images, each with its line where the file is JSON or YAML;
 * E_CYCLE when images are each other's base.
 */
export async function readTargets(source: SpecSource): Promise<Target[]> {
  const { content, root, specFiles } = source;
  try {
    return parseTargets(content, { root, specFiles });
  } catch (error) {
    const { placedFaults } = await import("./placed-faults.ts");
    throw await placedFaults(error, source);
  }
}
