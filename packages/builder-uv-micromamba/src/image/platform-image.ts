import { type BuildPlan, environmentValues, ImageSpecError, valueOver } from "@imagespec/core/builder";
import type { BaseImage } from "../base/base-image.ts";
import { BaseInspector } from "../base/base-inspector.ts";
import { configVariable } from "../base/config-variable.ts";
import type { FileTree } from "../base/file-tree.ts";
import { refuseTriggers } from "../base/refuse-triggers.ts";
import { keepBaseFolder } from "../environment/base-folder.ts";
import { resolveEarly } from "../environment/early-resolution.ts";
import { pythonEnvironment } from "../environment/python-environment.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import { accountLayer, imageAccount } from "./account-layer.ts";
import { filesLayers } from "./files-layers.ts";
import { checkEnvironment } from "./image-config.ts";
import { ownershipLayer } from "./ownership-layer.ts";

/** The most layers that an image may have, the base's included. */
const MAX_LAYERS = 100;
/** Our layers besides packages: owners, Python and its bytecode, environment, link, removal, account, source, copy. */
const FIXED_LAYERS = 9;
const FEWEST_FOR_PACKAGES = 8;
/** The most layers of Debian packages: large packages alone, others in groups, and dpkg's records. */
const MOST_FOR_APT = 20;
/** The layers of a new virtual environment without packages. */
const VENV_LAYERS = 1;

/** The image of one platform as a description: no layer is made yet, nothing written. */
export interface PlatformImage {
  base: BaseImage;
  layers: LayerSource[];
}

/**
 * Reads the base, resolves the packages and says which layers the image has.
 *
 * @throws ImageSpecError E_UNSUPPORTED for what needs a container, E_BUILD for a base that nothing can be started over.
 */
export async function platformImage(session: BuildSession, platform: string): Promise<PlatformImage> {
  const { signal } = session;
  const { plan, files } = session.request;
  const { apt } = plan.steps;
  const base = await session.base(platform);
  refuseTriggers(base);
  checkEnvironment(base, plan);
  const limit = MAX_LAYERS - FIXED_LAYERS - base.layers.length - (apt === undefined ? 0 : MOST_FOR_APT);
  if (limit < FEWEST_FOR_PACKAGES)
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `${base.name} has ${base.layers.length} layers; with ours there would be more than ${MAX_LAYERS}`,
      { hint: "Use a base with fewer layers, or build with docker-buildx or kaniko." },
    );
  const original = new BaseInspector(base, session.records, signal);
  const packages = Math.floor(limit / (plan.steps.environment?.bytecode ? 2 : 1)) - VENV_LAYERS;
  const early = await resolveEarly(session, { base, inspector: original, limit: packages });
  // As in a Dockerfile the account is there when packages are installed, which add groups after its own.
  const account = await imageAccount(plan.steps.user, original);
  const onBase = { base, inspector: original, limit: MOST_FOR_APT, account };
  const debian = apt && (await import("../apt/apt-layers.ts").then(({ aptLayers }) => aptLayers(session, apt, onBase)));
  const inspector = debian === undefined ? original : original.under(debian.index);
  const python = await pythonEnvironment(session, { base, inspector, limit, early, owner: account });
  const folders = [plan.steps.user.workdir.slice(1), ...(python.extended === undefined ? [] : [python.extended])];
  const owned = await ownershipLayer(folders, account, { inspector, baseName: base.name });
  const layer = await accountLayer({
    step: plan.steps.user,
    account: debian?.index.entries["etc/group"] === undefined ? account : { ...account, group: undefined },
    inspector,
    baseName: base.name,
    path: searchPath(base, plan),
  });
  return {
    base,
    layers: [
      ...(debian?.layers ?? []),
      ...(await keepBaseFolder([...given(owned), ...python.layers], "opt", {
        tree: inspector.tree,
        baseName: base.name,
      })),
      ...given(layer),
      ...filesLayers(plan.steps.files, files, { owner: account, base: await belowWorkdir(plan, inspector) }),
    ],
  };
}

/** What the base has where files go. It is not read where no files are shipped. */
async function belowWorkdir(
  { steps }: BuildPlan,
  { tree }: BaseInspector,
): Promise<Awaited<ReturnType<FileTree["below"]>>> {
  return steps.files === undefined ? new Map() : tree.below(steps.user.workdir.slice(1));
}

function given<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

/** PATH of the image's config where the plan sets one. */
function searchPath(base: BaseImage, { steps }: BuildPlan): string | undefined {
  const parts = steps.env && environmentValues(steps.env).get("PATH");
  return parts && valueOver(parts, configVariable(base.config.config?.Env ?? [], "PATH"));
}
