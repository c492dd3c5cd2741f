import { type EnvironmentStep, ImageSpecError } from "@imagespec/core/builder";
import type { BaseEnvironment, BaseFacts, BasePython, InstalledDistribution, Libc } from "../base/base-facts.ts";
import type { BaseImage } from "../base/base-image.ts";
import { canonicalJson } from "../cache/canonical-json.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { managedPython } from "../python/managed-python.ts";
import { removalLayer } from "../python/replaced.ts";
import { venvLayer } from "../python/venv.ts";
import type { PythonTarget } from "../resolve/python-target.ts";
import { wheelLayers } from "../wheel/wheel-layers.ts";
import { normalizeName } from "../wheel/wheel-name.ts";
import type { BuildContext } from "./build-context.ts";
import { condaEnvironment } from "./conda-environment.ts";
import type { ResolvedAhead } from "./resolve-ahead.ts";
import { resolveWheels } from "./resolve-wheels.ts";

type VenvStep = Extract<EnvironmentStep, { manager: "venv" }>;

/** The layers that make a plan's Python environment over a base, in order; none when it asks for none. */
export async function pythonEnvironment(
  context: BuildContext,
  base: BaseImage,
  facts: BaseFacts,
  limit: number,
  ahead?: ResolvedAhead,
): Promise<{ layers: LayerSource[]; prefix: string | undefined }> {
  const step = context.request.plan.steps.environment;
  if (step === undefined) return { layers: [], prefix: undefined };
  const there = await facts.environment();
  const libc = await facts.libc();
  // What the base lacks most is said first.
  if (there === undefined && step.manager === "venv" && step.python.from !== "version")
    await basePython(step, base, facts);
  if (libc === undefined)
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `No C library is found in ${base.name}, so no wheel can be chosen for it`,
      {
        hint: "take a base with glibc or musl, or build with docker-buildx or kaniko",
      },
    );
  const made = await makeEnvironment(context, step, base, facts, libc, there, limit);
  const packages = context.request.plan.steps.packages;
  if (packages === undefined) return { layers: made.layers, prefix: step.prefix };
  if (made.python === undefined)
    throw new ImageSpecError("E_NO_PYTHON", "The conda environment has no python for the Python packages", {
      hint: "add python to condaPackages, or set pythonVersion",
    });
  const target: PythonTarget = {
    minor: made.python.minor,
    version: made.python.version ?? made.python.minor,
    architecture: base.platform.architecture,
    libc,
  };
  const installed = [...(there?.distributions ?? []), ...made.distributions];
  const right = ahead !== undefined && installed.length === 0 && canonicalJson(ahead.target) === canonicalJson(target);
  // A layer both want would end with the wrong guess: it is waited for.
  if (!right) await ahead?.drop();
  const wheels = await (right ? ahead.wheels : resolveWheels(context, packages, step.uvImage, target, installed));
  const same = (name: string) => installed.find((one) => normalizeName(one.name) === normalizeName(name));
  const wanted = wheels.filter((wheel) => same(wheel.name)?.version !== wheel.version);
  const replaced = wanted.flatMap((wheel) => same(wheel.name) ?? []);
  refuseReplacing(replaced.filter((one) => made.distributions.includes(one)));
  const removal = there === undefined ? undefined : await removalLayer(there, replaced, facts.tree);
  const place = { prefix: made.prefix.slice(1), pythonMinor: made.python.minor, python: `${made.prefix}/bin/python` };
  const left = limit - made.layers.length;
  const layers = [...made.layers, ...(removal === undefined ? [] : [removal]), ...wheelLayers(wanted, place, left)];
  return { layers, prefix: step.prefix };
}

async function makeEnvironment(
  context: BuildContext,
  step: EnvironmentStep,
  base: BaseImage,
  facts: BaseFacts,
  libc: Libc,
  there: BaseEnvironment | undefined,
  limit: number,
): Promise<Environment> {
  // Python packages get at least their share of the layers.
  if (step.manager === "conda") return condaEnvironment(context, step, base, facts, Math.ceil(limit / 2));
  return there === undefined ? newEnvironment(context, step, base, facts, libc) : extend(step, base, there);
}

function refuseReplacing(fromConda: readonly InstalledDistribution[]): void {
  if (fromConda.length === 0) return;
  const names = fromConda.map(({ name, version }) => `${name} ${version}`).join(", ");
  throw new ImageSpecError("E_RESOLVE", `The Python packages want another version of what conda brings: ${names}`, {
    hint: "ask conda for the version they want (condaPackages), or take the package out of one of the two",
  });
}

interface Environment {
  /** Undefined in a conda environment without Python. */
  python: BasePython | undefined;
  /** Absolute; where files are written. */
  prefix: string;
  layers: LayerSource[];
  /** Distributions that these layers bring, besides the base's. */
  distributions: InstalledDistribution[];
}

function extend(step: VenvStep, base: BaseImage, there: BaseEnvironment): Environment {
  const { python, prefix } = there;
  const found = python.version ?? python.minor;
  if (step.python.from === "version" && !matches(found, step.python.version))
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `pythonVersion is ${step.python.version}, and the environment that ${base.name} has holds Python ${found}`,
      { hint: "leave pythonVersion out, or set it on the base" },
    );
  if (prefix === step.prefix) return { python, prefix, layers: [], distributions: [] };
  const link: LayerSource = {
    key: { link: step.prefix, to: prefix, recipe: 1 },
    title: `${step.prefix} -> ${prefix}`,
    entries: () => [{ type: "symlink", path: step.prefix.slice(1), link: prefix, uid: 0, gid: 0 }],
  };
  return { python, prefix, layers: [link], distributions: [] };
}

async function newEnvironment(
  context: BuildContext,
  step: VenvStep,
  base: BaseImage,
  facts: BaseFacts,
  libc: Libc,
): Promise<Environment> {
  const layers: LayerSource[] = [];
  const source = step.python;
  let python = await facts.python(source.from === "exec" ? source.path : "python3");
  if (source.from === "version" && (python === undefined || !matches(python.version ?? python.minor, source.version))) {
    const wanted = { version: source.version, architecture: base.platform.architecture, libc };
    const { cache, signal } = context;
    const managed = await managedPython(wanted, { uv: await context.uv(step.uvImage), cache, signal });
    layers.push(managed.layer);
    python = managed;
  }
  python ??= await basePython(step, base, facts);
  layers.push(
    venvLayer({
      prefix: step.prefix,
      python: python.path,
      minor: python.minor,
      version: python.version ?? python.minor,
      systemSitePackages: source.from === "exec",
    }),
  );
  return { python, prefix: step.prefix, layers, distributions: [] };
}

/** The base's own interpreter that the step asks for. Throws E_NO_PYTHON. */
async function basePython({ python: source }: VenvStep, base: BaseImage, facts: BaseFacts): Promise<BasePython> {
  const exec = source.from === "exec" ? source.path : undefined;
  const python = await facts.python(exec ?? "python3");
  if (python !== undefined) return python;
  if (exec !== undefined)
    throw new ImageSpecError("E_NO_PYTHON", `${base.name} has no ${exec}`, { hint: "correct pythonExec" });
  throw new ImageSpecError("E_NO_PYTHON", `${base.name} has no python3 on its PATH`, {
    hint: 'set pythonVersion, for example "3.12", or take a base with Python',
  });
}

/** `3.12` is matched by every 3.12.x, `3.12.4` by itself alone. */
function matches(found: string, wanted: string): boolean {
  return found === wanted || found.startsWith(`${wanted}.`);
}
