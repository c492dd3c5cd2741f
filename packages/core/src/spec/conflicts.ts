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
import { environmentSizeBreach, imageNameBreach } from "./text-rules.ts";

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
    ...sizeConflicts(draft),
    ...(base ? childConflicts(draft, base) : []),
  ];
}

const conflict = (parameter: string, message: string, hint: string, code = "conflict"): SpecFault => {
  return { path: [parameter], code, message, hint };
};

function* sizeConflicts({ env }: Draft): Generator<SpecFault> {
  const breach = typeof env === "object" && env !== null ? environmentSizeBreach({ ...env }) : undefined;
  if (breach) yield { path: ["env"], ...breach };
}

function* sourceConflicts({ sourceCopyMode, sourceRoot }: Draft): Generator<SpecFault> {
  if (isGiven(sourceCopyMode) && sourceCopyMode !== "none" && !isGiven(sourceRoot)) {
    const message = "sourceCopyMode says how to copy sources, and there is no sourceRoot";
    yield conflict("sourceCopyMode", message, "Set sourceRoot, or drop sourceCopyMode.");
  }
}

function* pythonConflicts(draft: Draft): Generator<SpecFault> {
  if (!isGiven(draft.pythonExec)) return;
  if (isConda(draft)) {
    const message = "pythonExec cannot be combined with conda packages or channels";
    yield conflict("pythonExec", message, "Drop one of the two.");
  }
  if (isGiven(draft.pythonVersion) && isGiven(draft.baseImage)) {
    const message = "pythonExec already says which Python of the base image to use";
    yield conflict("pythonVersion", message, "Drop pythonVersion.");
  }
}

/** What a lock file says already, and what only a lock file can be asked for. */
function* lockConflicts(draft: Draft): Generator<SpecFault> {
  const lock = lockFile(draft.requirements);
  if (lock && isGiven(draft.packages)) {
    const message = "packages cannot be combined with a lock file, which names every package already";
    yield conflict("packages", message, "Add them to the project and lock again, or use a requirements.txt.");
  }
  if (isGiven(draft.uvProject) && lock !== "uv.lock") {
    const message = "uvProject says what of a uv.lock is installed, and requirements names none";
    yield conflict("uvProject", message, "Set requirements to the project's uv.lock, or drop uvProject.");
  }
  const { pipExtraArgs } = draft;
  if ((lock === "uv.lock" || lock === "pylock.toml") && typeof pipExtraArgs === "string" && isGiven(pipExtraArgs)) {
    yield conflict(
      "pipExtraArgs",
      `pipExtraArgs cannot be combined with a ${lock}, which is installed as it is: ${pipExtraArgs}`,
      lock === "uv.lock"
        ? "Drop pipExtraArgs; name extras and groups of the project in uvProject."
        : "Drop pipExtraArgs, and write the lock again for what is wanted.",
    );
  }
  if (lock && isGiven(draft.torchBackend)) {
    const message = `torchBackend cannot be combined with a ${lock}, which names the index of every package already`;
    const hint =
      "Drop torchBackend, name the index of PyTorch's build as a source of torch in pyproject.toml and lock again.";
    yield conflict("torchBackend", message, hint);
  }
}

function* torchConflicts({ torchBackend, pipExtraArgs }: Draft): Generator<SpecFault> {
  if (isGiven(torchBackend) && typeof pipExtraArgs === "string" && /--torch-backend\b/.test(pipExtraArgs)) {
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
    const message = `pythonVersion is ${version}, and condaPackages names another Python: '${python}'`;
    yield conflict("pythonVersion", message, `Drop '${python}' from condaPackages, or pythonVersion.`);
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
    const message = `'${name}' begins with the registry '${host}', and there is no registry`;
    yield conflict("name", message, `Set registry to '${name.slice(0, at)}' and name to '${name.slice(at + 1)}'.`);
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
  const fault = (parameter: string, message: string, hint: string) => conflict(parameter, message, hint, "child");
  const { manager, pythonVersion: has } = environment;
  const { pythonVersion: wanted } = draft;
  const fixed = `the base image's environment has Python ${has}, which a child cannot change`;
  if (typeof wanted === "string" && has && !agree(wanted, has)) {
    yield fault("pythonVersion", `${fixed} to ${wanted}`, "Drop pythonVersion here, or set it in the base.");
  }
  const python = manager === "conda" && has ? otherCondaPython(draft.condaPackages, has) : undefined;
  if (python !== undefined) {
    const hint = `Drop '${python}' here, or set pythonVersion in the base.`;
    yield fault("condaPackages", `${fixed} by '${python}'`, hint);
  }
  if (isGiven(draft.pythonExec)) {
    const message = "the base image has an environment already, which a child extends";
    yield fault("pythonExec", message, "Set pythonExec in the base.");
  }
  if (isConda(draft) && manager !== "conda") {
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
