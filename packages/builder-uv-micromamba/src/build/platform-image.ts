import { ImageSpecError } from "@imagespec/core/builder";
import { BaseFacts } from "../base/base-facts.ts";
import type { BaseImage } from "../base/base-image.ts";
import { refuseTriggers } from "../base/refuse-triggers.ts";
import { accountLayer } from "../image/account-layer.ts";
import { filesLayers } from "../image/files-layers.ts";
import { inFolder } from "../layer/in-folder.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { BuildContext } from "./build-context.ts";
import { pythonEnvironment } from "./python-environment.ts";
import { readBase } from "./read-base.ts";
import { resolveAhead } from "./resolve-ahead.ts";

/** Layers an image may have, the base's included. */
const MAX_LAYERS = 100;
/** Ours that are not packages: Python, environment, link, removal, account, source, copy. */
const FIXED_LAYERS = 7;
const FEWEST_FOR_PACKAGES = 8;
/** Of a new virtual environment without packages. */
const VENV_LAYERS = 1;

/** What the image is for one platform: nothing is made yet, nothing written. */
export interface PlatformImage {
  base: BaseImage;
  layers: LayerSource[];
  /** Absolute prefix whose bin leads PATH. */
  environment: string | undefined;
}

/** Reads the base, resolves the packages and says which layers the image has. Throws E_UNSUPPORTED for what needs a container. */
export async function platformImage(context: BuildContext, platform: string): Promise<PlatformImage> {
  const { plan, files } = context.request;
  const base = await readBase(context, plan.base, platform);
  refuseTriggers(base);
  const limit = MAX_LAYERS - FIXED_LAYERS - base.layers.length;
  if (limit < FEWEST_FOR_PACKAGES)
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `${base.name} has ${base.layers.length} layers; with ours there would be more than ${MAX_LAYERS}`,
      {
        hint: "take a base with fewer layers, or build with docker-buildx or kaniko",
      },
    );
  const facts = new BaseFacts(base, context.records, context.signal);
  const ahead = await resolveAhead(context, base, facts, limit - VENV_LAYERS);
  const python = await pythonEnvironment(context, base, facts, limit, ahead);
  const { account, layer } = await accountLayer(plan.steps.user, facts, base.name);
  return {
    base,
    environment: python.prefix,
    layers: [
      ...(await inFolder(python.layers, "opt", facts.tree)),
      ...(layer === undefined ? [] : [layer]),
      ...filesLayers(plan.steps.files, files, account),
    ],
  };
}
