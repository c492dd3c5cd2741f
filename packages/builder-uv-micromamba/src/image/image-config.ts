import {
  type BuildPlan,
  environmentSizeBreach,
  environmentValues,
  envSizeBreach,
  ImageSpecError,
  sourceDateEpoch,
  valueOver,
} from "@imagespec/core/builder";
import type { ImageConfig, ProcessEnvironment } from "@imagespec/registry";
import type { BaseImage } from "../base/base-image.ts";
import type { BuiltLayer } from "../layer/layer-source.ts";

/** The start of 1980, the first time that every archive format can hold. */
const DEFAULT_CREATED = 315_532_800;

/**
 * The image's config (OCI image-spec, config.md): the base's, with what the runtime contract says laid over. `created`
 * is RFC 3339. Pure.
 */
export function imageConfig(
  base: BaseImage,
  plan: BuildPlan,
  layers: readonly BuiltLayer[],
  settings: { builder: string; created: string },
): ImageConfig {
  const { created } = settings;
  const inner = base.config.config ?? {};
  const { user, entrypoint, labels } = plan.steps;
  const config: NonNullable<ImageConfig["config"]> = {
    ...inner,
    User: user.name,
    WorkingDir: user.workdir,
    Env: [...environment(base, plan)].map(([name, value]) => `${name}=${value}`),
    Labels: { ...inner.Labels, ...labels.labels, "dev.imagespec.builder": settings.builder },
  };
  if (entrypoint !== undefined) {
    delete config.Cmd;
    delete config.Entrypoint;
    if (entrypoint.entrypoint.length > 0) config.Entrypoint = entrypoint.entrypoint;
  }
  // Docker's record of the command that made the base says nothing about this image.
  const { container: _container, container_config: _old, docker_version: _docker, id: _id, ...rest } = base.config;
  return {
    ...rest,
    created,
    config,
    rootfs: { type: "layers", diff_ids: [...base.config.rootfs.diff_ids, ...layers.map(({ diffId }) => diffId)] },
    history: [
      ...(base.config.history ?? []),
      ...layers.map(({ source }) => ({ created, created_by: `imagespec: ${source.title}`, comment: "imagespec" })),
    ],
  };
}

/**
 * Refuses a base whose variables and the spec's are more than Linux starts a program with.
 *
 * @throws ImageSpecError E_BUILD naming the base and the variable, as the first step of a Dockerfile build ends.
 */
export function checkEnvironment(base: Pick<BaseImage, "name" | "config">, plan: BuildPlan): void {
  const variables = environment(base, plan);
  const breaches = [...variables].map(([name, value]) => ({ name, breach: envSizeBreach(name, value) }));
  const large = breaches.find(({ breach }) => breach !== undefined);
  const breach = large?.breach ?? environmentSizeBreach(Object.fromEntries(variables));
  if (breach === undefined) return;
  const subject = large === undefined ? base.name : `${large.name} of ${base.name}`;
  throw new ImageSpecError("E_BUILD", `Nothing can be started over ${subject}: ${breach.message}`, {
    hint: "Use a base with a smaller environment.",
  });
}

/** The image's variables by name: the base's, replaced or added to by the plan's. */
function environment({ config }: Pick<BaseImage, "config">, { steps: { env, id } }: BuildPlan): Map<string, string> {
  const set = new Map<string, string>();
  for (const entry of config.config?.Env ?? []) {
    const equals = entry.indexOf("=");
    if (equals > 0) set.set(entry.slice(0, equals), entry.slice(equals + 1));
  }
  const values = env === undefined ? [] : [...environmentValues(env)];
  for (const [name, parts] of values) set.set(name, valueOver(parts, set.get(name)));
  set.delete(id.variable);
  set.set(id.variable, id.value);
  return set;
}

/**
 * The created time, RFC 3339: SOURCE_DATE_EPOCH, else the start of 1980.
 *
 * @throws ImageSpecError E_OPTIONS when the variable is not a whole number of seconds up to 2038.
 */
export function createdTime(env: ProcessEnvironment): string {
  return new Date(sourceDateEpoch(env, DEFAULT_CREATED) * 1000).toISOString().replace(".000Z", "Z");
}
