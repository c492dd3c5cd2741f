import { specId } from "../identity/spec-id.ts";
import type { ImageSpec } from "../spec/image-spec.ts";
import { isGiven } from "../spec/is-given.ts";
import { splitArguments } from "../spec/split-arguments.ts";
import { DEFAULT_MICROMAMBA_IMAGE, DEFAULT_UV_IMAGE, RECIPE } from "./defaults.ts";
import { contentEnvironment } from "./environment.ts";
import type { Inputs } from "./read-inputs.ts";
import type { Content, ContentFile, ContentPackages } from "./resolved-spec.ts";
import type { ShippedFile } from "./shipped-file.ts";

/** The document that is hashed, out of a spec and what was looked up for it. Pure. */
export function contentOf(
  spec: ImageSpec,
  found: { platforms: string[]; base: Content["base"]; inputs: Inputs },
): Content {
  const { aptPackages, env, commands, entrypoint, builderConfig, builderOptions } = spec;
  const { inputs } = found;
  const environment = contentEnvironment(spec);
  const packages = contentPackages(spec, inputs);
  return {
    imagespec: 1,
    recipe: RECIPE,
    id: specId(spec),
    platforms: found.platforms,
    base: found.base,
    ...(aptPackages && isGiven(aptPackages) && { apt: aptPackages }),
    ...(environment && { environment }),
    ...(packages && { packages }),
    ...(env && isGiven(env) && { env }),
    ...(inputs.files.length > 0 && { files: inputs.files.map(contentFile) }),
    ...(inputs.trees.length > 0 && { trees: inputs.trees }),
    ...(commands && isGiven(commands) && { commands }),
    ...(entrypoint && { entrypoint }),
    tools: {
      uvImage: builderConfig?.uvImage ?? DEFAULT_UV_IMAGE,
      micromambaImage: builderConfig?.micromambaImage ?? DEFAULT_MICROMAMBA_IMAGE,
    },
    ...(builderOptions && isGiven(builderOptions) && { builderOptions }),
  };
}

function contentPackages(spec: ImageSpec, { requirements }: Inputs): ContentPackages | undefined {
  const { packages, pipIndex, pipExtraIndexUrl, pipExtraArgs } = spec;
  if (!requirements && !isGiven(packages)) return undefined;
  const extraArgs = [
    // A quote left open is a fault of the spec, found when it was made.
    ...(splitArguments(pipExtraArgs ?? "") ?? []),
    ...(requirements?.extraArgs ?? []),
  ];
  return {
    ...(requirements?.source ?? { from: "requirements" }),
    ...(packages && isGiven(packages) && { packages }),
    ...(pipIndex !== undefined && { index: pipIndex }),
    ...(pipExtraIndexUrl && isGiven(pipExtraIndexUrl) && { extraIndexes: pipExtraIndexUrl }),
    ...(extraArgs.length > 0 && { extraArgs }),
  };
}

function contentFile(file: ShippedFile): ContentFile {
  const content = file.type === "file" ? file.sha256 : file.type === "symlink" ? file.link : "";
  return [file.path, file.type, file.mode.toString(8).padStart(4, "0"), content];
}
