import { ImageSpecError } from "@imagespec/core/builder";
import type { BaseImage } from "../base/base-image.ts";
import { BaseInspector } from "../base/base-inspector.ts";
import { readBase } from "../base/read-base.ts";
import { refuseTriggers } from "../base/refuse-triggers.ts";
import { keepBaseFolder } from "../environment/base-folder.ts";
import { resolveEarly } from "../environment/early-resolution.ts";
import { pythonEnvironment } from "../environment/python-environment.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import { accountLayer } from "./account-layer.ts";
import { filesLayers } from "./files-layers.ts";

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
export async function platformImage(session: BuildSession, platform: string): Promise<PlatformImage> {
  const { registry, signal } = session;
  const { plan, files, mirrors } = session.request;
  const base = await readBase(plan.base, platform, { registry, mirrors, signal });
  refuseTriggers(base);
  const limit = MAX_LAYERS - FIXED_LAYERS - base.layers.length;
  if (limit < FEWEST_FOR_PACKAGES)
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `${base.name} has ${base.layers.length} layers; with ours there would be more than ${MAX_LAYERS}`,
      { hint: "Take a base with fewer layers, or build with docker-buildx or kaniko." },
    );
  const inspector = new BaseInspector(base, session.records, signal);
  const early = await resolveEarly(session, { base, inspector, limit: limit - VENV_LAYERS });
  const python = await pythonEnvironment(session, { base, inspector, limit, early });
  const { account, layer } = await accountLayer(plan.steps.user, inspector, base.name);
  return {
    base,
    environment: python.prefix,
    layers: [
      ...(await keepBaseFolder(python.layers, "opt", inspector.tree)),
      ...(layer === undefined ? [] : [layer]),
      ...filesLayers(plan.steps.files, files, account),
    ],
  };
}
