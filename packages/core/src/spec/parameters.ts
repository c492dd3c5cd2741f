import type * as Zod from "zod/mini";
import { extraArgumentsBreach } from "../package-rules/installer-arguments.ts";
import {
  aptPackageBreach,
  condaChannelBreach,
  condaPackageBreach,
  pythonPackageBreach,
} from "../package-rules/package-rules.ts";
import type { Rule } from "../package-rules/rule.ts";
import { torchBackendBreach } from "../package-rules/torch-backend.ts";
import { cudaBreach, cudnnBreach } from "./nvidia.ts";
import { registryBreach } from "./registry-name.ts";
import * as rules from "./text-rules.ts";
import { withZod } from "./with-zod.ts";

/**
 * The names of the original in camelCase, then ours, with what each means. The one definition of types, checks and JSON
 * Schema. Each schema is made when it is asked for: a spec has few of the parameters, and making all of them takes
 * longer than the rest of parsing it.
 */
export const parameterSchemas = withZod((z) => {
  /** A text that keeps a rule; its breach becomes a fault with the rule's own code and hint. */
  const anyText = (rule: Rule) =>
    z.string().check(({ value, issues }) => {
      const breach = rule(value);
      if (!breach) return;
      const { code, message, hint } = breach;
      issues.push({ code: "custom", message, params: { code, hint }, input: value });
    });

  const text = (rule: Rule) => anyText((value) => rules.lengthBreach(value) ?? rule(value));
  const list = (rule: Rule) => z.readonly(z.array(text(rule)));

  /** Variables by name, each small enough for the kernel to pass to a program. */
  const environmentVariables = () =>
    z.readonly(
      z.record(text(rules.envNameBreach), z.string()).check(({ value: variables, issues }) => {
        for (const [name, value] of Object.entries(variables)) {
          const breach = rules.envSizeBreach(name, value);
          if (!breach) continue;
          const { code, message, hint } = breach;
          issues.push({ code: "custom", message, params: { code, hint }, input: variables, path: [name] });
        }
      }),
    );

  const described = <Schema extends Zod.ZodMiniType>(description: string, schema: Schema): Schema => {
    z.globalRegistry.add(schema, { description });
    return schema;
  };

  const parameter = <Schema extends Zod.ZodMiniType>(description: string, make: () => Schema): (() => Schema) => {
    let made: Schema | undefined;
    return () => {
      made ??= described(description, make());
      return made;
    };
  };

  return {
    name: parameter("Name of the image; lower-cased.", () => text(rules.imageNameBreach)),
    pythonVersion: parameter("Python version, X.Y or X.Y.Z. Unset: the python3 of a given base image, else 3.12.", () =>
      text(rules.pythonVersionBreach),
    ),
    builder: parameter("Type of the builder to use; unset: the installed one that can.", () => text(rules.emptyBreach)),
    sourceRoot: parameter("Folder whose sources go to /root.", () => text(rules.emptyBreach)),
    env: parameter("Environment variables of the image.", environmentVariables),
    registry: parameter("Registry to push to, such as ghcr.io/org; lower-cased.", () => text(registryBreach)),
    packages: parameter("Python packages, as PEP 508 requirements.", () => list(pythonPackageBreach)),
    condaPackages: parameter("Conda packages; the environment then is a conda one.", () => list(condaPackageBreach)),
    condaChannels: parameter(
      "Conda channels by priority; conda-forge comes last, unless nodefaults is among them.",
      () => list(condaChannelBreach),
    ),
    requirements: parameter(
      "Path of a requirements.txt, uv.lock, poetry.lock or pylock.toml, of a pyproject.toml with a uv.lock beside it, or of a script (PEP 723) or environment.yml that declares packages.",
      () => text(rules.requirementsPathBreach),
    ),
    uvProject: parameter("What of the uv.lock goes into the image: a member of the workspace, groups, extras.", () =>
      z.readonly(
        z.partial(
          z.strictObject({
            member: described("Member of the workspace; unset: the project beside the lock.", text(rules.emptyBreach)),
            groups: described("Dependency groups to install.", list(rules.emptyBreach)),
            extras: described("Extras of the project to install.", list(rules.emptyBreach)),
            noDev: described("Whether the group dev stays out; true when unset.", z.boolean()),
            installProject: described("Whether the project itself is installed; false when unset.", z.boolean()),
          }),
        ),
      ),
    ),
    aptPackages: parameter("Debian packages.", () => list(aptPackageBreach)),
    cuda: parameter("CUDA version X.Y.Z; selects NVIDIA's image as base.", () => text(cudaBreach)),
    cudnn: parameter("Major version of cuDNN; selects NVIDIA's image with cuDNN.", () => text(cudnnBreach)),
    platform: parameter("Target platforms, os/arch[/variant], separated by commas.", () => text(rules.platformBreach)),
    pipIndex: parameter("URL of the Python package index.", () => text(rules.indexUrlBreach)),
    pipExtraIndexUrl: parameter("URLs of further Python package indexes.", () => list(rules.indexUrlBreach)),
    pipSecretMounts: parameter(
      "Pairs of a secret file and where it is mounted while Python packages are installed; never in the image.",
      () => z.readonly(z.array(z.readonly(z.tuple([text(rules.emptyBreach), text(rules.mountPathBreach)])))),
    ),
    pipExtraArgs: parameter("Further arguments of the package installer, separated by spaces.", () =>
      text(extraArgumentsBreach),
    ),
    torchBackend: parameter(
      "Build of PyTorch, such as cpu or cu126: torch and its companions come from the index of that build.",
      () => text(torchBackendBreach),
    ),
    registryConfig: parameter("Path of a docker config.json for this image's registries.", () =>
      text(rules.emptyBreach),
    ),
    entrypoint: parameter("Entrypoint; [] removes the base's.", () =>
      z.readonly(z.array(anyText(rules.argumentBreach))),
    ),
    commands: parameter("Shell commands, run last, as root.", () => z.readonly(z.array(anyText(rules.commandBreach)))),
    tagFormat: parameter("Format of the tag, holding {spec_hash}.", () => text(rules.tagFormatBreach)),
    sourceCopyMode: parameter("Which files of sourceRoot go in: none, loaded_modules (every .py file) or all.", () =>
      z.enum(["none", "loaded_modules", "all"]),
    ),
    copy: parameter("Files and folders copied to the same path below /root.", () => list(rules.copyPathBreach)),
    pythonExec: parameter("Python interpreter in the base image to build the environment on.", () =>
      text(rules.imagePathBreach),
    ),
    runtimePackages: parameter("Python packages installed when the container starts.", () => list(pythonPackageBreach)),
    builderOptions: parameter("Options of the builder, checked by it.", () =>
      z.readonly(z.record(z.string(), z.unknown())),
    ),
    builderConfig: parameter("Images the build tools are taken from.", () =>
      z.readonly(
        z.partial(
          z.strictObject({
            uvImage: described("Image that holds /uv.", text(rules.imageReferenceBreach)),
            micromambaImage: described("Image that holds micromamba.", text(rules.imageReferenceBreach)),
          }),
        ),
      ),
    ),
    bytecode: parameter("Whether the environment holds bytecode of the packages; true when unset.", () => z.boolean()),
    // A nested spec is parsed by itself, so that its faults come with their own paths.
    baseImage: parameter("Base image: a reference, oci:PATH, or another spec, built first.", () =>
      text(rules.baseImageBreach),
    ),
  };
});

type Schemas = ReturnType<typeof parameterSchemas>;

export type FlatParameters = {
  [Name in keyof Schemas]?: Zod.output<ReturnType<Schemas[Name]>> | undefined;
};

/** The schema of all parameters, each of which may be left out. */
export const parametersSchema = withZod((z) =>
  z.partial(
    z.strictObject(Object.fromEntries(Object.entries(parameterSchemas()).map(([name, schema]) => [name, schema()]))),
  ),
);

/** Names of all parameters, in camelCase. */
export function parameterNames(): readonly string[] {
  return Object.keys(parameterSchemas()).sort();
}
