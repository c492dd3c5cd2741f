import { isRegistryHost, nameBreach, type SpecFault } from "@imagespec/registry/terms";
import { NO_DEFAULTS } from "./conda-channels.ts";
import { otherCondaPython } from "./conda-python.ts";
import { declaringFile, isConda } from "./declaring-file.ts";
import { environmentOf } from "./environment-of.ts";
import { isGiven } from "./is-given.ts";
import { cudaBreach, cudnnBreach, cudnnOfCudaBreach } from "./nvidia.ts";
import type { FlatParameters } from "./parameters.ts";
import { registryBreach } from "./registry-name.ts";
import type { Spec } from "./spec.ts";
import { imageNameBreach, PYLOCK } from "./text-rules.ts";

/** Parameters that are not checked yet: any of them may still be of a wrong type. */
export type Draft = { readonly [Name in keyof FlatParameters]?: unknown } & { readonly baseImage?: unknown };

/** Conflicts between parameters that are each valid by themselves. Pure. */
export function conflicts(draft: Draft, base: Spec | undefined): SpecFault[] {
  const faults: SpecFault[] = [];
  const fault = (parameter: string, message: string, hint: string) =>
    faults.push({ path: [parameter], code: "conflict", message, hint });
  const given = (name: keyof Draft) => isGiven(draft[name]);
  const hasConda = isConda(draft);

  if (given("sourceCopyMode") && draft.sourceCopyMode !== "none" && !given("sourceRoot")) {
    fault(
      "sourceCopyMode",
      "sourceCopyMode says how to copy sources, and there is no sourceRoot",
      "set sourceRoot, or drop sourceCopyMode",
    );
  }
  if (given("pythonExec") && hasConda) {
    fault("pythonExec", "pythonExec cannot be combined with conda packages or channels", "drop one of the two");
  }
  if (given("pythonExec") && given("pythonVersion") && given("baseImage")) {
    fault("pythonVersion", "pythonExec already says which Python of the base image to use", "drop pythonVersion");
  }
  if (lockFile(draft.requirements) && given("packages")) {
    fault(
      "packages",
      "packages cannot be combined with a lock file, which names every package already",
      "add them to the project and lock again, or use a requirements.txt",
    );
  }
  if (given("uvProject") && lockFile(draft.requirements) !== "uv.lock") {
    fault(
      "uvProject",
      "uvProject says what of a uv.lock is installed, and requirements names none",
      "set requirements to the project's uv.lock, or drop uvProject",
    );
  }
  const lock = lockFile(draft.requirements);
  if ((lock === "uv.lock" || lock === "pylock.toml") && given("pipExtraArgs")) {
    fault(
      "pipExtraArgs",
      `pipExtraArgs cannot be combined with a ${lock}, which is installed as it is: ${String(draft.pipExtraArgs)}`,
      lock === "uv.lock"
        ? "drop pipExtraArgs; extras and groups of the project are named in uvProject"
        : "drop pipExtraArgs, and write the lock again for what is wanted",
    );
  }
  if (lock && given("torchBackend")) {
    fault(
      "torchBackend",
      `torchBackend cannot be combined with a ${lock}, which names the index of every package already`,
      "drop torchBackend, name the index of PyTorch's build as a source of torch in pyproject.toml and lock again",
    );
  }
  if (given("torchBackend") && /--torch-backend\b/.test(String(draft.pipExtraArgs ?? ""))) {
    fault("pipExtraArgs", "torchBackend says already which build of PyTorch to take", "drop --torch-backend");
  }
  for (const name of ["condaPackages", "condaChannels"] as const) {
    if (!given(name) || declaringFile(draft.requirements) !== "conda") continue;
    fault(
      name,
      `${name} cannot be combined with the environment file ${String(draft.requirements)}, which lists packages and channels itself`,
      `add them to ${String(draft.requirements)}, or drop requirements`,
    );
  }
  const version = draft.pythonVersion;
  const python = typeof version === "string" ? otherCondaPython(draft.condaPackages, version) : undefined;
  if (python !== undefined) {
    fault(
      "pythonVersion",
      `pythonVersion is ${version}, and condaPackages names another Python: '${python}'`,
      `drop '${python}' from condaPackages, or pythonVersion`,
    );
  }
  const place = placeFault(draft);
  if (place) faults.push(place);
  for (const name of ["cuda", "cudnn"] as const) {
    if (!given(name) || !given("baseImage")) continue;
    fault(
      name,
      `${name} selects NVIDIA's base image, and baseImage names another`,
      "drop baseImage, or drop cuda and cudnn and name an image that has them, such as nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04",
    );
  }
  const targets = Array.isArray(draft.pipSecretMounts) ? draft.pipSecretMounts.map((mount) => mount?.[1]) : [];
  for (const [index, target] of targets.entries()) {
    if (typeof target !== "string" || targets.indexOf(target) === index) continue;
    const message = `two secrets are mounted at '${target}'`;
    faults.push({ path: ["pipSecretMounts", index], code: "duplicate", message, hint: "Mount each at its own path." });
  }
  const nvidia = nvidiaFault(draft);
  if (nvidia) faults.push(nvidia);
  const channels = Array.isArray(draft.condaChannels) ? draft.condaChannels : [];
  if (channels.length > 0 && channels.every((channel) => channel === NO_DEFAULTS)) {
    fault("condaChannels", `'${NO_DEFAULTS}' alone leaves no channel to ask`, "name a channel beside it");
  }
  if (given("cudnn") && !given("cuda") && !given("baseImage"))
    fault("cudnn", "cudnn needs a CUDA version to go with", 'set cuda, such as "12.4.1"');
  return base ? [...faults, ...childConflicts(draft, base, hasConda)] : faults;
}

/** A CUDA and a cuDNN version each right by itself, of which NVIDIA has no image. */
function nvidiaFault({ cuda, cudnn, baseImage }: Draft): SpecFault | undefined {
  if (typeof cuda !== "string" || typeof cudnn !== "string" || isGiven(baseImage)) return undefined;
  if (cudaBreach(cuda) || cudnnBreach(cudnn)) return undefined;
  const breach = cudnnOfCudaBreach(cuda, cudnn);
  return breach && { path: ["cudnn"], ...breach };
}

/** The rule for registry and name together: they form a reference with the same meaning that is not too long. */
function placeFault({ name, registry }: Draft): SpecFault | undefined {
  if (typeof name !== "string") return undefined;
  const [host = "", ...rest] = name.split("/");
  if (registry === undefined && rest.length > 0 && isRegistryHost(host)) {
    const at = name.lastIndexOf("/");
    return {
      path: ["name"],
      code: "conflict",
      message: `'${name}' begins with the registry '${host}', and there is no registry`,
      hint: `Set registry to '${name.slice(0, at)}' and name to '${name.slice(at + 1)}'.`,
    };
  }
  if (typeof registry !== "string" || imageNameBreach(name) || registryBreach(registry)) return undefined;
  const breach = nameBreach(`${registry}/${name}`);
  return breach && { path: ["name"], ...breach, hint: "Shorten name or the path in registry." };
}

/** A child extends the environment its base made; it cannot turn it into another. */
function childConflicts(draft: Draft, base: Spec, hasConda: boolean): SpecFault[] {
  const environment = environmentOf(base);
  if (!environment) return [];
  const faults: SpecFault[] = [];
  const fault = (parameter: string, message: string, hint: string) =>
    faults.push({ path: [parameter], code: "child", message, hint });
  const { pythonVersion } = draft;
  if (
    typeof pythonVersion === "string" &&
    environment.pythonVersion &&
    !agree(pythonVersion, environment.pythonVersion)
  ) {
    fault(
      "pythonVersion",
      `the base image's environment has Python ${environment.pythonVersion}, which a child cannot change to ${pythonVersion}`,
      "drop pythonVersion here, or set it in the base",
    );
  }
  const python =
    environment.manager === "conda" && environment.pythonVersion
      ? otherCondaPython(draft.condaPackages, environment.pythonVersion)
      : undefined;
  if (python !== undefined) {
    fault(
      "condaPackages",
      `the base image's environment has Python ${environment.pythonVersion}, which a child cannot change by '${python}'`,
      `drop '${python}' here, or set pythonVersion in the base`,
    );
  }
  if (isGiven(draft.pythonExec)) {
    fault(
      "pythonExec",
      "the base image has an environment already, which a child extends",
      "set pythonExec in the base",
    );
  }
  if (hasConda && environment.manager !== "conda") {
    fault(
      (["condaPackages", "condaChannels"] as const).find((name) => isGiven(draft[name])) ?? "requirements",
      "conda packages need a conda environment, and the base image's is none",
      "give condaPackages to the base too, or name them as packages",
    );
  }
  return faults;
}

/** The kinds of locks that are installed from. */
export type LockFile = "uv.lock" | "poetry.lock" | "pylock.toml";

/** Which lock format a requirements path names, by its file name; a pyproject.toml stands for the uv.lock beside it. */
export function lockFile(requirements: unknown): LockFile | undefined {
  if (typeof requirements !== "string") return undefined;
  const name = requirements.split(/[\\/]/).at(-1);
  if (name === "pyproject.toml") return "uv.lock";
  if (PYLOCK.test(name ?? "")) return "pylock.toml";
  return name === "uv.lock" || name === "poetry.lock" ? name : undefined;
}

function agree(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`);
}
