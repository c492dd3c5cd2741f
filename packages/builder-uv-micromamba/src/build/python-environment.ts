import { type EnvironmentStep, ImageSpecError, planStep } from "@imagespec/core";
import type { BaseEnvironment, BaseFacts, BasePython, Libc } from "../base/base-facts.ts";
import type { BaseImage } from "../base/base-image.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { managedPython } from "../python/managed-python.ts";
import { removalLayer } from "../python/replaced.ts";
import { venvLayer } from "../python/venv.ts";
import type { PythonTarget } from "../resolve/python-target.ts";
import { wheelLayers } from "../wheel/wheel-layers.ts";
import { normalizeName } from "../wheel/wheel-name.ts";
import type { BuildContext } from "./build-context.ts";
import { resolveWheels } from "./resolve-wheels.ts";

type VenvStep = Extract<EnvironmentStep, { manager: "venv" }>;

/** The layers that make a plan's Python environment over a base, in order; none when it asks for none. */
export async function pythonEnvironment(
  context: BuildContext,
  base: BaseImage,
  facts: BaseFacts,
  limit: number,
): Promise<{ layers: LayerSource[]; prefix: string | undefined }> {
  const step = planStep(context.request.plan, "environment");
  if (step === undefined) return { layers: [], prefix: undefined };
  if (step.manager !== "venv") throw new ImageSpecError("E_UNSUPPORTED", "condaPackages");
  const libc = await facts.libc();
  if (libc === undefined)
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `No C library is found in ${base.name}, so no wheel can be chosen for it`,
      {
        hint: "take a base with glibc or musl, or build with docker-buildx or kaniko",
      },
    );
  const there = await facts.environment();
  const made = there === undefined ? await newEnvironment(context, step, base, facts, libc) : extend(step, base, there);
  const target: PythonTarget = {
    minor: made.python.minor,
    version: made.python.version ?? made.python.minor,
    architecture: base.platform.architecture,
    libc,
  };
  const layers = [...made.layers];
  const packages = planStep(context.request.plan, "packages");
  if (packages !== undefined) {
    const installed = there?.distributions ?? [];
    const wheels = await resolveWheels(context, packages, step.uvImage, target, installed);
    const same = (name: string) => installed.find((one) => normalizeName(one.name) === normalizeName(name));
    const wanted = wheels.filter((wheel) => same(wheel.name)?.version !== wheel.version);
    const replaced = wanted.flatMap((wheel) => same(wheel.name) ?? []);
    const removal = there === undefined ? undefined : await removalLayer(there, replaced, facts.tree);
    if (removal !== undefined) layers.push(removal);
    const place = { prefix: made.prefix.slice(1), pythonMinor: made.python.minor, python: `${made.prefix}/bin/python` };
    layers.push(...wheelLayers(wanted, place, limit));
  }
  return { layers, prefix: step.prefix };
}

interface Environment {
  python: BasePython;
  /** Absolute; where files are written. */
  prefix: string;
  layers: LayerSource[];
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
  if (prefix === step.prefix) return { python, prefix, layers: [] };
  const link: LayerSource = {
    key: { link: step.prefix, to: prefix, recipe: 1 },
    title: `${step.prefix} -> ${prefix}`,
    entries: () => [{ type: "symlink", path: step.prefix.slice(1), link: prefix, uid: 0, gid: 0 }],
  };
  return { python, prefix, layers: [link] };
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
  if (python === undefined)
    throw new ImageSpecError(
      "E_NO_PYTHON",
      source.from === "exec" ? `${base.name} has no ${source.path}` : `${base.name} has no python3 on its PATH`,
      {
        hint:
          source.from === "exec"
            ? "correct pythonExec"
            : 'set pythonVersion, for example "3.12", or take a base with Python',
      },
    );
  layers.push(
    venvLayer({
      prefix: step.prefix,
      python: python.path,
      minor: python.minor,
      version: python.version ?? python.minor,
      systemSitePackages: source.from === "exec",
    }),
  );
  return { python, prefix: step.prefix, layers };
}

/** `3.12` is matched by every 3.12.x, `3.12.4` by itself alone. */
function matches(found: string, wanted: string): boolean {
  return found === wanted || found.startsWith(`${wanted}.`);
}
