import { NoopBuilder } from "@imagespec/builder-noop";
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";
import { placed } from "./build-everywhere.ts";
import type { Setting } from "./setting.ts";

/** What noop makes of a spec that only names a base, and the base. */
export async function adoptedBase(setting: Setting): Promise<{ reference: string | undefined; base: string }> {
  const base = setting.places.services.images.python;
  const spec = new ImageSpec(placed(setting, "adopted", { baseImage: base }, "noop"));
  const engine = new ImageBuildEngine({ builders: [new NoopBuilder()], discover: false });
  const { reference } = await engine.build(spec, { builder: "noop" });
  return { reference, base };
}
