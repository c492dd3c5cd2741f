import { isRegistryHost, nameBreach, type SpecFault } from "@imagespec/registry/terms";
import { NO_DEFAULTS } from "./conda-channels.ts";
import { otherCondaPython } from "./conda-python.ts";
import { declaringFile, isConda } from "./declaring-file.ts";
import { environmentOf } from "./environment-of.ts";
import { isGiven } from "./is-given.ts";
import { lockFile } from "./lock-file.ts";
import { cudaBreach, cudnnBreach, cudnnOfCudaBreach } from "./nvidia.ts";
import type { FlatParameters } from "./parameters.ts";
import { registryBreach } from "./registry-name.ts";
import type { Spec } from "./spec.ts";
import { imageNameBreach } from "./text-rules.ts";

/** Parameters that are not checked yet: any of them may still be of a wrong type. */
export type Draft = { readonly [Name in keyof FlatParameters]?: unknown } & { readonly baseImage?: unknown };

/** Conflicts between parameters that are each valid by themselves. Pure. */
export function conflicts(draft: Draft, base: Spec | undefined): SpecFault[] {
  return [
    ...sourceConflicts(draft),
    ...pythonConflicts(draft),
    ...lockConflicts(draft),
    ...torchConflicts(draft),
    ...condaConflicts(draft),
    ...placeConflicts(draft),
    ...nvidiaConflicts(draft),
    ...secretConflicts(draft),
    ...(base ? childConflicts(draft, base) : []),
  ];
}

const conflict = (parameter: string, message: string, hint: string): SpecFault => ({
  path: [parameter],
  code: "conflict",
  message,
  hint,
});

function* sourceConflicts({ sourceCopyMode, sourceRoot }: Draft): Generator<SpecFault> {
  if (isGiven(sourceCopyMode) && sourceCopyMode !== "none" && !isGiven(sourceRoot)) {
    yield conflict(
      "sourceCopyMode",
      "sourceCopyMode says how to copy sources, and there is no sourceRoot",
      "Set sourceRoot, or drop sourceCopyMode.",
    );
  }
}

function* pythonConflicts(draft: Draft): Generator<SpecFault> {
  if (!isGiven(draft.pythonExec)) return;
  if (isConda(draft)) {
    yield conflict(
      "pythonExec",
      "pythonExec cannot be combined with conda packages or channels",
      "Drop one of the two.",
    );
  }
  if (isGiven(draft.pythonVersion) && isGiven(draft.baseImage)) {
    yield conflict(
      "pythonVersion",
      "pythonExec already says which Python of the base image to use",
      "Drop pythonVersion.",
    );
  }
}

/** What a lock file says already, and what only a lock file can be asked for. */
function* lockConflicts(draft: Draft): Generator<SpecFault> {
  const lock = lockFile(draft.requirements);
  if (lock && isGiven(draft.packages)) {
    yield conflict(
      "packages",
      "packages cannot be combined with a lock file, which names every package already",
      "Add them to the project and lock again, or use a requirements.txt.",
    );
  }
  if (isGiven(draft.uvProject) && lock !== "uv.lock") {
    yield conflict(
      "uvProject",
      "uvProject says what of a uv.lock is installed, and requirements names none",
      "Set requirements to the project's uv.lock, or drop uvProject.",
    );
  }
  if ((lock === "uv.lock" || lock === "pylock.toml") && isGiven(draft.pipExtraArgs)) {
    yield conflict(
      "pipExtraArgs",
      `pipExtraArgs cannot be combined with a ${lock}, which is installed as it is: ${String(draft.pipExtraArgs)}`,
      lock === "uv.lock"
        ? "Drop pipExtraArgs; name extras and groups of the project in uvProject."
        : "Drop pipExtraArgs, and write the lock again for what is wanted.",
    );
  }
  if (lock && isGiven(draft.torchBackend)) {
    yield conflict(
      "torchBackend",
      `torchBackend cannot be combined with a ${lock}, which names the index of every package already`,
      "Drop torchBackend, name the index of PyTorch's build as a source of torch in pyproject.toml and lock again.",
    );
  }
}

function* torchConflicts({ torchBackend, pipExtraArgs }: Draft): Generator<SpecFault> {
  if (isGiven(torchBackend) && /--torch-backend\b/.test(String(pipExtraArgs ?? ""))) {
    yield conflict("pipExtraArgs", "torchBackend says already which build of PyTorch to take", "Drop --torch-backend.");
  }
}

function* condaConflicts(draft: Draft): Generator<SpecFault> {
  const { pythonVersion: version, condaPackages, condaChannels, requirements } = draft;
  for (const name of ["condaPackages", "condaChannels"] as const) {
    if (!isGiven(draft[name]) || declaringFile(requirements) !== "conda") continue;
    yield conflict(
      name,
      `${name} cannot be combined with the environment file ${String(requirements)}, which lists packages and channels itself`,
      `Add them to ${String(requirements)}, or drop requirements.`,
    );
  }
  const python = typeof version === "string" ? otherCondaPython(condaPackages, version) : undefined;
  if (python !== undefined) {
    yield conflict(
      "pythonVersion",
      `pythonVersion is ${version}, and condaPackages names another Python: '${python}'`,
      `Drop '${python}' from condaPackages, or pythonVersion.`,
    );
  }
  const channels = Array.isArray(condaChannels) ? condaChannels : [];
  if (channels.length > 0 && channels.every((channel) => channel === NO_DEFAULTS)) {
    yield conflict("condaChannels", `'${NO_DEFAULTS}' alone leaves no channel to ask`, "Name a channel beside it.");
  }
}

/** NVIDIA's image is chosen by versions that it has, and by nothing else. */
function* nvidiaConflicts(draft: Draft): Generator<SpecFault> {
  const { cuda, cudnn, baseImage } = draft;
  if (isGiven(baseImage)) {
    for (const name of ["cuda", "cudnn"] as const) {
      if (!isGiven(draft[name])) continue;
      yield conflict(
        name,
        `${name} selects NVIDIA's base image, and baseImage names another`,
        "Drop baseImage, or drop cuda and cudnn and name an image that has them, such as nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04.",
      );
    }
    return;
  }
  if (isGiven(cudnn) && !isGiven(cuda)) {
    yield conflict("cudnn", "cudnn needs a CUDA version to go with", 'Set cuda, such as "12.4.1".');
  }
  if (typeof cuda !== "string" || typeof cudnn !== "string" || cudaBreach(cuda) || cudnnBreach(cudnn)) return;
  const breach = cudnnOfCudaBreach(cuda, cudnn);
  if (breach) yield { path: ["cudnn"], ...breach };
}

function* secretConflicts({ pipSecretMounts }: Draft): Generator<SpecFault> {
  const targets = Array.isArray(pipSecretMounts) ? pipSecretMounts.map((mount) => mount?.[1]) : [];
  for (const [index, target] of targets.entries()) {
    if (typeof target !== "string" || targets.indexOf(target) === index) continue;
    const message = `two secrets are mounted at '${target}'`;
    yield { path: ["pipSecretMounts", index], code: "duplicate", message, hint: "Mount each at its own path." };
  }
}

/** The rule for registry and name together: they form a reference with the same meaning that is not too long. */
function* placeConflicts({ name, registry }: Draft): Generator<SpecFault> {
  if (typeof name !== "string") return;
  const [host = "", ...rest] = name.split("/");
  if (registry === undefined && rest.length > 0 && isRegistryHost(host)) {
    const at = name.lastIndexOf("/");
    yield conflict(
      "name",
      `'${name}' begins with the registry '${host}', and there is no registry`,
      `Set registry to '${name.slice(0, at)}' and name to '${name.slice(at + 1)}'.`,
    );
    return;
  }
  if (typeof registry !== "string" || imageNameBreach(name) || registryBreach(registry)) return;
  const breach = nameBreach(`${registry}/${name}`);
  if (breach) yield { path: ["name"], ...breach, hint: "Shorten name or the path in registry." };
}

/** A child extends the environment its base made; it cannot turn it into another. */
function* childConflicts(draft: Draft, base: Spec): Generator<SpecFault> {
  const environment = environmentOf(base);
  if (!environment) return;
  const fault = (parameter: string, message: string, hint: string): SpecFault => ({
    ...conflict(parameter, message, hint),
    code: "child",
  });
  const { pythonVersion } = draft;
  if (
    typeof pythonVersion === "string" &&
    environment.pythonVersion &&
    !agree(pythonVersion, environment.pythonVersion)
  ) {
    yield fault(
      "pythonVersion",
      `the base image's environment has Python ${environment.pythonVersion}, which a child cannot change to ${pythonVersion}`,
      "Drop pythonVersion here, or set it in the base.",
    );
  }
  const python =
    environment.manager === "conda" && environment.pythonVersion
      ? otherCondaPython(draft.condaPackages, environment.pythonVersion)
      : undefined;
  if (python !== undefined) {
    yield fault(
      "condaPackages",
      `the base image's environment has Python ${environment.pythonVersion}, which a child cannot change by '${python}'`,
      `Drop '${python}' here, or set pythonVersion in the base.`,
    );
  }
  if (isGiven(draft.pythonExec)) {
    yield fault(
      "pythonExec",
      "the base image has an environment already, which a child extends",
      "Set pythonExec in the base.",
    );
  }
  if (isConda(draft) && environment.manager !== "conda") {
    yield fault(
      (["condaPackages", "condaChannels"] as const).find((name) => isGiven(draft[name])) ?? "requirements",
      "conda packages need a conda environment, and the base image's is not one",
      "Give condaPackages to the base too, or name them as packages.",
    );
  }
}

function agree(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`);
}
