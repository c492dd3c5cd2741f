import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  ImageBuildEngine,
  ImageSpec,
  type ImageSpecParameters,
  isImageSpecError,
  pinnedReference,
} from "@imagespec/core";
import { command } from "../../scripts/services/command.ts";
import { ensurePoetry } from "../../scripts/services/poetry.ts";
import { imagespec } from "../support/imagespec-cli.ts";
import { type PlannedFile, temporaryFolder } from "../support/temporary-folder.ts";
import { type BuiltImage, readBuiltImage } from "./built-image.ts";
import type { ComparedBuilder, Places, Setting } from "./setting.ts";

/** A spec as a user has it: its text, and the files beside it. */
export interface DescribedSpec {
  parameters: ImageSpecParameters;
  files?: Record<string, PlannedFile> | undefined;
  /** Programs that are run in the folder first, such as `git init`; `uv` and `poetry` are those of the services. */
  prepare?: readonly (readonly string[])[] | undefined;
}

/** What one builder made of a spec. */
export type Made =
  | { builder: string; kind: "image"; image: BuiltImage; tag: string; warnings: readonly string[] }
  /** Refused, or failed: the error's code, and the exit code and message that came with it. */
  | { builder: string; kind: "error"; code: string; message: string };

/** The most builds at once: each keeps a processor busy. */
const AT_ONCE = 3;
let running = 0;
const waiting: (() => void)[] = [];

/** Has each builder build the spec, each into a repository of its own, so that the tag is the same. */
export async function buildEverywhere(
  setting: Setting,
  name: string,
  spec: DescribedSpec,
  builders: readonly ComparedBuilder[],
): Promise<Made[]> {
  await using folder = await describedFolder(setting, spec);
  const work = (builder: ComparedBuilder) => inTurn(() => build(setting, name, spec, { folder: folder.path, builder }));
  if (!isSpec(spec.parameters.baseImage)) return await Promise.all(builders.map(work));
  // The name of a base is part of the tag, so all builders share one: whichever comes first builds it.
  const at = name.length % builders.length;
  const [first, ...others] = [...builders.slice(at), ...builders.slice(0, at)] as [
    ComparedBuilder,
    ...ComparedBuilder[],
  ];
  return [await work(first), ...(await Promise.all(others.map(work)))];
}

const isSpec = (base: ImageSpecParameters["baseImage"]) => typeof base === "object";

/** Programs of a spec's preparation that are not those of the machine. */
const TOOLS: Record<string, (places: Places) => string | Promise<string>> = {
  uv: ({ services }) => join(services.tools, "uv"),
  poetry: ensurePoetry,
};

/** The spec's files in a new folder, prepared. */
async function describedFolder({ places }: Setting, { files = {}, prepare = [] }: DescribedSpec) {
  const folder = await temporaryFolder(files);
  for (const [program = "", ...args] of prepare) {
    await command((await TOOLS[program]?.(places)) ?? program, args, { cwd: folder.path });
  }
  return folder;
}

/** The parameters with what each build of this run needs besides; a base spec gets it too. */
export function placed(setting: Setting, name: string, parameters: ImageSpecParameters, type: string) {
  const { registry, platform, images } = setting.places.services;
  const place = (part: string) => ({ registry: `${registry}/agreement/${setting.run}/${part}`, platform });
  // Of half the files where no apt is needed: kaniko unpacks its base twice.
  const usual = parameters.aptPackages?.length ? images.python : images.pythonSmall;
  const given = { name, ...place(type), baseImage: usual, ...parameters };
  if (!isSpec(given.baseImage)) return given;
  const base = { name: `${name}-base`, ...place("bases"), baseImage: usual, ...(given.baseImage as object) };
  return { ...given, baseImage: base };
}

/** Builds what a case stands on with docker, and returns its reference. */
export async function builtBase(setting: Setting, name: string, { parameters }: DescribedSpec): Promise<string> {
  const builder = setting.builders.find(({ type }) => type === "docker-buildx");
  if (builder === undefined) throw new Error("docker-buildx is not among the builders");
  const engine = new ImageBuildEngine({ builders: [builder.make()], discover: false });
  const spec = ImageSpec.parse(placed(setting, `${name}-base`, parameters, "bases"));
  return pinnedReference(await engine.build(spec, { builderOptions: builder.options }));
}

/** How the command ends that is to build the spec with each builder. */
export async function exitCodes(
  setting: Setting,
  spec: DescribedSpec,
): Promise<{ builder: string; code: string; exit: number }[]> {
  await using folder = await describedFolder(setting, spec);
  return await Promise.all(
    setting.builders.map(({ type, options }) =>
      inTurn(async () => {
        const file = join(folder.path, `${type}.json`);
        await writeFile(file, JSON.stringify(placed(setting, "refused", spec.parameters, type)));
        const args = Object.entries(options).flatMap(([name, value]) => ["--builder-option", `${name}=${value}`]);
        const ended = await imagespec(["build", file, "--builder", type, "--json", ...args], {
          cwd: folder.path,
          env: setting.env,
        });
        const last = ended.stdout.trimEnd().split("\n").at(-1) ?? "";
        return { builder: type, code: String(JSON.parse(last).code), exit: ended.code };
      }),
    ),
  );
}

async function build(
  setting: Setting,
  name: string,
  { parameters }: DescribedSpec,
  { folder, builder }: { folder: string; builder: ComparedBuilder },
  triesLeft = 5,
): Promise<Made> {
  const { type } = builder;
  try {
    const spec = ImageSpec.parse({ ...placed(setting, name, parameters, type), builder: type }, { root: folder });
    const engine = new ImageBuildEngine({ builders: [builder.make()], discover: false });
    const warnings: string[] = [];
    const outcome = await engine.build(spec, {
      builderOptions: builder.options,
      onEvent: (event) => event.type === "warning" && warnings.push(event.message),
    });
    if (outcome.status !== "built" || outcome.digest === undefined)
      throw new Error(`nothing new was pushed: ${JSON.stringify(outcome)}`);
    const { reference, digest, tag, platforms } = outcome;
    const platform = platforms[0] ?? setting.places.services.platform;
    return {
      builder: type,
      kind: "image",
      tag,
      warnings,
      image: await readBuiltImage(setting.client, { reference, digest, platform }),
    };
  } catch (error) {
    if (!isImageSpecError(error)) throw error;
    // A machine that is busy with other builds may not answer a probe in time.
    if (["E_DAEMON", "E_TOOL_MISSING"].includes(error.code) && triesLeft > 0) {
      await setTimeout(5000);
      return build(setting, name, { parameters }, { folder, builder }, triesLeft - 1);
    }
    return { builder: type, kind: "error", code: error.code, message: error.message };
  }
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
