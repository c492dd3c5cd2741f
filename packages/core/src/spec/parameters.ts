import type * as Zod from "zod";
import { extraArgumentsBreach } from "./installer-arguments.ts";
import { cudaBreach, cudnnBreach } from "./nvidia.ts";
import { aptPackageBreach, condaChannelBreach, condaPackageBreach, pythonPackageBreach } from "./package-rules.ts";
import { registryBreach } from "./registry-name.ts";
import type { Rule } from "./rule.ts";
import * as rules from "./text-rules.ts";
import { torchBackendBreach } from "./torch-backend.ts";
import { withZod } from "./with-zod.ts";

/** The names of the original in camelCase, then ours, with what each means. The one definition of types, checks and JSON Schema. */
export const flatParametersSchema = withZod((z) => {
  /** A text that keeps a rule; its breach becomes a fault with the rule's own code and hint. */
  const anyText = (rule: Rule) =>
    z.string().superRefine((value, context) => {
      const breach = rule(value);
      if (!breach) return;
      const { code, message, hint } = breach;
      context.addIssue({ code: "custom", message, params: { code, hint }, input: value });
    });

  const text = (rule: Rule) => anyText((value) => rules.lengthBreach(value) ?? rule(value));
  const list = (rule: Rule) => z.array(text(rule)).readonly();

  /** Variables by name, each small enough for the kernel to pass to a program. */
  const environmentVariables = z
    .record(text(rules.envNameBreach), z.string())
    .superRefine((variables, context) => {
      for (const [name, value] of Object.entries(variables)) {
        const breach = rules.envSizeBreach(name, value);
        if (!breach) continue;
        const { code, message, hint } = breach;
        context.addIssue({ code: "custom", message, params: { code, hint }, input: variables, path: [name] });
      }
    })
    .readonly();

  const fields = {
    name: text(rules.imageNameBreach).describe("Name of the image; lower-cased."),
    pythonVersion: text(rules.pythonVersionBreach).describe(
      "Python version, X.Y or X.Y.Z. Unset: the python3 of a given base image, else 3.12.",
    ),
    builder: text(rules.emptyBreach).describe("Type of the builder to use; unset: the installed one that can."),
    sourceRoot: text(rules.emptyBreach).describe("Folder whose sources go to /root."),
    env: environmentVariables.describe("Environment variables of the image."),
    registry: text(registryBreach).describe("Registry to push to, such as ghcr.io/org; lower-cased."),
    packages: list(pythonPackageBreach).describe("Python packages, as PEP 508 requirements."),
    condaPackages: list(condaPackageBreach).describe("Conda packages; the environment then is a conda one."),
    condaChannels: list(condaChannelBreach).describe(
      "Conda channels by priority; conda-forge comes last, unless nodefaults is among them.",
    ),
    requirements: text(rules.requirementsPathBreach).describe(
      "Path of a requirements.txt, uv.lock, poetry.lock or pylock.toml, of a pyproject.toml with a uv.lock beside it, or of a script (PEP 723) or environment.yml that declares packages.",
    ),
    uvProject: z
      .strictObject({
        member: text(rules.emptyBreach).describe("Member of the workspace; unset: the project beside the lock."),
        groups: list(rules.emptyBreach).describe("Dependency groups to install."),
        extras: list(rules.emptyBreach).describe("Extras of the project to install."),
        noDev: z.boolean().describe("Whether the group dev stays out; true when unset."),
        installProject: z.boolean().describe("Whether the project itself is installed; false when unset."),
      })
      .partial()
      .readonly()
      .describe("What of the uv.lock goes into the image: a member of the workspace, groups, extras."),
    aptPackages: list(aptPackageBreach).describe("Debian packages."),
    cuda: text(cudaBreach).describe("CUDA version X.Y.Z; selects NVIDIA's image as base."),
    cudnn: text(cudnnBreach).describe("Major version of cuDNN; selects NVIDIA's image with cuDNN."),
    platform: text(rules.platformBreach).describe("Target platforms, os/arch[/variant], separated by commas."),
    pipIndex: text(rules.indexUrlBreach).describe("URL of the Python package index."),
    pipExtraIndexUrl: list(rules.indexUrlBreach).describe("URLs of further Python package indexes."),
    pipSecretMounts: z
      .array(z.tuple([text(rules.emptyBreach), text(rules.mountPathBreach)]).readonly())
      .readonly()
      .describe(
        "Pairs of a secret file and where it is mounted while Python packages are installed; never in the image.",
      ),
    pipExtraArgs: text(extraArgumentsBreach).describe(
      "Further arguments of the package installer, separated by spaces.",
    ),
    torchBackend: text(torchBackendBreach).describe(
      "Build of PyTorch, such as cpu or cu126: torch and its companions come from the index of that build.",
    ),
    registryConfig: text(rules.emptyBreach).describe("Path of a docker config.json for this image's registries."),
    entrypoint: z.array(z.string()).readonly().describe("Entrypoint; [] removes the base's."),
    commands: z.array(anyText(rules.emptyBreach)).readonly().describe("Shell commands, run last, as root."),
    tagFormat: text(rules.tagFormatBreach).describe("Format of the tag, holding {spec_hash}."),
    sourceCopyMode: z
      .enum(["none", "loaded_modules", "all"])
      .describe("Which files of sourceRoot go in: none, loaded_modules (every .py file) or all."),
    copy: list(rules.copyPathBreach).describe("Files and folders copied to the same path below /root."),
    pythonExec: text(rules.imagePathBreach).describe(
      "Python interpreter in the base image to build the environment on.",
    ),
    runtimePackages: list(pythonPackageBreach).describe("Python packages installed when the container starts."),
    builderOptions: z.record(z.string(), z.unknown()).readonly().describe("Options of the builder, checked by it."),
    builderConfig: z
      .strictObject({
        uvImage: text(rules.imageReferenceBreach).describe("Image that holds /uv.").optional(),
        micromambaImage: text(rules.imageReferenceBreach).describe("Image that holds micromamba.").optional(),
      })
      .readonly()
      .describe("Images the build tools are taken from."),
    bytecode: z.boolean().describe("Whether the environment holds bytecode of the packages; true when unset."),
  };

  // `baseImage` apart: a nested spec is parsed by itself, so that its faults come with their own paths.
  return z
    .strictObject({
      ...fields,
      baseImage: text(rules.baseImageBreach).describe(
        "Base image: a reference, oci:PATH, or another spec, built first.",
      ),
    })
    .partial();
});

export type FlatParameters = Zod.output<ReturnType<typeof flatParametersSchema>>;

/** Names of all parameters, in camelCase. */
export function parameterNames(): readonly string[] {
  return Object.keys(flatParametersSchema().shape).sort();
}
