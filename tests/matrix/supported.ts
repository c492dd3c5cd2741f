import dockerBuildx from "@imagespec/builder-docker-buildx/builder";
import kaniko from "@imagespec/builder-kaniko/builder";
import noop from "@imagespec/builder-noop/builder";
import uvMicromamba from "@imagespec/builder-uv-micromamba/builder";
import { ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import type { ImageSpecBuilder, Unsupported } from "@imagespec/core/builder";
import { prepareBuild, readBuildOptions } from "@imagespec/core/internal";
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
  builderOptions: Readonly<Record<string, unknown>> = {},
): Promise<{ refused: Unsupported[]; text: string }> {
  const spec = new ImageSpec({ registry: "localhost:5000", ...parameters }, { root });
  const { plan, request, resolved } = await prepareBuild(spec, readBuildOptions(spec, {}, {}), {
    env: {},
    cacheDir: root,
  });
  const builder = MADE[name];
  const options = await builder.optionsSchema?.["~standard"].validate(builderOptions);
  const dialect = name === "kaniko" ? "kaniko" : "buildkit";
  const rendered = renderDockerfile(plan, { dialect, builder: `${name}@1.0.0`, files: resolved.files }).text;
  // Without a Dockerfile, the plan is what is built by.
  return {
    refused: builder.supports({ ...request, options: options && "value" in options ? options.value : {} }),
    text: name === "uv-micromamba" ? JSON.stringify(plan) : rendered,
  };
}
