import dockerBuildx from "@imagespec/builder-docker-buildx/builder";
import kaniko from "@imagespec/builder-kaniko/builder";
import noop from "@imagespec/builder-noop/builder";
import uvMicromamba from "@imagespec/builder-uv-micromamba/builder";
import {
  type BuildRequest,
  ImageSpec,
  type ImageSpecBuilder,
  type ImageSpecParameters,
  identify,
  imageReference,
  planImage,
  resolveSpec,
  type Unsupported,
} from "@imagespec/core";
import { renderDockerfile } from "@imagespec/dockerfile";
import type { BuilderName } from "./cell.ts";

const make = (exported: ImageSpecBuilder | (() => ImageSpecBuilder)) =>
  typeof exported === "function" ? exported() : exported;

const MADE: Record<BuilderName, ImageSpecBuilder> = {
  "uv-micromamba": make(uvMicromamba),
  "docker-buildx": make(dockerBuildx),
  kaniko: make(kaniko),
  noop: make(noop),
};

/** What a builder says of a spec without building: what it refuses, and the text it would build by. */
export async function examine(
  name: BuilderName,
  parameters: ImageSpecParameters,
  root: string,
): Promise<{ refused: Unsupported[]; text: string }> {
  const spec = new ImageSpec({ registry: "localhost:5000", ...parameters }, { root });
  const resolved = await resolveSpec(spec, { env: {}, cacheDir: root });
  const identity = identify(resolved);
  const plan = planImage(resolved, identity);
  const builder = MADE[name];
  const options = await builder.optionsSchema?.["~standard"].validate({});
  const request: BuildRequest = {
    spec,
    plan,
    target: { reference: imageReference(resolved, identity), platforms: plan.platforms, push: true },
    options: options && "value" in options ? options.value : {},
    secrets: Object.fromEntries(resolved.secrets.map(({ id, file }) => [id, file])),
    credentials: { configFile: undefined, get: async () => undefined },
    mirrors: {},
    files: resolved.files,
    force: false,
    signal: new AbortController().signal,
    emit: () => undefined,
  };
  const dialect = name === "kaniko" ? "kaniko" : "buildkit";
  const rendered = renderDockerfile(plan, { dialect, builder: `${name}@1.0.0`, files: resolved.files }).text;
  // Without a Dockerfile, the plan is what is built by.
  return { refused: builder.supports(request), text: name === "uv-micromamba" ? JSON.stringify(plan) : rendered };
}
