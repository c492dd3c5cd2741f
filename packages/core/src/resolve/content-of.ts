import { contentFile, inTurn } from "../files/shipped-list.ts";
import type { Content, ContentPackages } from "../identity/content.ts";
import { defineLater } from "../identity/digest.ts";
import { specId } from "../identity/spec-id.ts";
import { installerArguments } from "../package-rules/installer-arguments.ts";
import { isGiven } from "../spec/is-given.ts";
import type { Spec } from "../spec/spec.ts";
import { contentEnvironment } from "./content-environment.ts";
import { DEFAULT_MICROMAMBA_IMAGE, DEFAULT_UV_IMAGE, RECIPE } from "./defaults.ts";
import type { Inputs } from "./read-inputs.ts";

/** The document that is hashed, out of a spec and what was looked up for it. Pure. */
export function contentOf(spec: Spec, found: { platforms: string[]; base: Content["base"]; inputs: Inputs }): Content {
  const { aptPackages, env, commands, entrypoint, builderConfig, builderOptions } = spec;
  const { inputs } = found;
  const content: Content = {
    imagespec: 1,
    recipe: RECIPE,
    id: specId(spec),
    platforms: found.platforms,
    base: found.base,
    apt: given(aptPackages),
    environment: contentEnvironment({ ...spec, ...inputs.requirements?.conda }),
    packages: contentPackages(spec, inputs),
    env: given(env),
    trees: given(inputs.trees),
    commands: given(commands),
    entrypoint,
    tools: {
      uvImage: builderConfig?.uvImage ?? DEFAULT_UV_IMAGE,
      micromambaImage: builderConfig?.micromambaImage ?? DEFAULT_MICROMAMBA_IMAGE,
    },
    builderOptions: given(builderOptions),
  };
  const { list } = inputs;
  if (!list.isEmpty) {
    const text = inTurn([[Buffer.from("[")], list.items, [Buffer.from("]")]]);
    defineLater(content, "files", { text, make: () => list.files.map(contentFile) });
  }
  return content;
}

function contentPackages(spec: Spec, { requirements }: Inputs): ContentPackages | undefined {
  const { packages, pipIndex, pipExtraIndexUrl, pipExtraArgs, torchBackend } = spec;
  if (!requirements && !isGiven(packages)) return undefined;
  const own = installerArguments(pipExtraArgs ?? "");
  // uv takes such an option once: what the spec says goes before what its files say.
  const named = new Set(own.map(optionName));
  const ofFiles = (requirements?.extraArgs ?? []).filter(
    (argument) => optionName(argument) === "--no-binary" || !named.has(optionName(argument)),
  );
  const extraArgs = [...own, ...ofFiles];
  return {
    ...(requirements?.source ?? { from: "requirements" }),
    packages: given([...(requirements?.packages ?? []), ...(packages ?? [])]),
    index: pipIndex ?? requirements?.source.index,
    extraIndexes: given(pipExtraIndexUrl) ?? requirements?.source.extraIndexes,
    torchBackend,
    extraArgs: given(extraArgs),
  };
}

function optionName(argument: string): string {
  return argument.split("=", 1)[0] ?? "";
}

/** Empty values are left out of the document, like unset ones. */
function given<T>(value: T): T | undefined {
  return isGiven(value) ? value : undefined;
}
