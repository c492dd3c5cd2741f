import { canonicalJson, type EnvironmentStep, ImageSpecError, type PackagesStep } from "@imagespec/core/builder";
import type { BaseImage } from "../base/base-image.ts";
import type { BaseEnvironment } from "../base/base-inspector.ts";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import { bytecodeLayer } from "../bytecode/bytecode-layer.ts";
import { findCompiler } from "../bytecode/find-compiler.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { ownedLayer } from "../layer/owned-layer.ts";
import { resolveWheels, type WheelsQuestion } from "../resolve/resolve-wheels.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { Libc, PythonTarget } from "../target/python-target.ts";
import type { Wheel } from "../wheel/wheel.ts";
import { wheelLayers } from "../wheel/wheel-layers.ts";
import { baseBytecode, holdsBytecode } from "./base-bytecode.ts";
import { basePython } from "./base-python.ts";
import type { EarlyResolution } from "./early-resolution.ts";
import type { EmptyEnvironment, EnvironmentQuestion } from "./empty-environment.ts";
import { keepFolderModes } from "./folder-modes.ts";
import { makeEmptyEnvironment } from "./make-empty-environment.ts";
import { missingWheels } from "./missing-wheels.ts";
import { removalLayer, removedPaths } from "./removal-layer.ts";
import { withOrigins } from "./with-origins.ts";

/** What an environment adds to a base. */
export interface PythonEnvironment {
  /** In order; none when the plan asks for no environment. */
  layers: LayerSource[];
  /** Where the base has the environment that is extended, without leading slash. */
  extended: string | undefined;
}

/** An environment before its Python packages, with what decides which packages go in and how they become layers. */
interface PackagesGround {
  step: EnvironmentStep;
  empty: EmptyEnvironment;
  /** What the base has of it. */
  extended: BaseEnvironment | undefined;
  libc: Libc;
  /** How many layers there may be in all, bytecode aside. */
  limit: number;
}

/** The layers of a plan's Python environment over a base. All of it belongs to the user, except the Python under it. */
export async function pythonEnvironment(
  session: BuildSession,
  question: EnvironmentQuestion,
): Promise<PythonEnvironment> {
  const { environment: step, packages } = session.request.plan.steps;
  if (step === undefined) return { layers: [], extended: undefined };
  // Each layer of modules may need another for its bytecode.
  const limit = step.bytecode ? Math.floor(question.limit / 2) : question.limit;
  const extended = await question.inspector.environment();
  const libc = await checkedBase(step, question, extended);
  const empty = await makeEmptyEnvironment(session, step, { ...question, limit, libc, extended });
  const { removed, removal, modules, base } =
    packages === undefined
      ? await layersWithoutPackages(step, extended, question)
      : await packageLayers(session, { step, empty, extended, libc, limit }, packages, question);
  const compile = async (layers: readonly LayerSource[], root: string, modulesBelow: string) => {
    const { python } = empty;
    if (!step.bytecode || python === undefined || layers.length === 0) return [];
    const { minor, version = minor } = python;
    const compiler = await findCompiler(session, { minor, version }, step.uvImage);
    const place = { prefix: root.slice(1), site: `${root.slice(1)}/lib/python${minor}${modulesBelow}` };
    return layers.map((layer) => bytecodeLayer(layer, place, compiler, session));
  };
  const installed = step.manager === "conda" ? [...empty.layers, ...modules] : modules;
  const [ofBase] = await compile(base === undefined ? [] : [base], empty.prefix, "/site-packages");
  const kept = ofBase !== undefined && (await holdsBytecode(ofBase, session)) ? [ofBase] : [];
  const bytecode = [...kept, ...(await compile(installed, empty.prefix, "/site-packages"))];
  const owned = [...empty.layers, ...removal, ...modules, ...bytecode].map((layer) =>
    ownedLayer(layer, question.owner),
  );
  // An empty folder in the environment's place keeps the mode that the base gives it, too.
  const { prefix, python } = empty;
  const place = extended ?? (python && { prefix, python });
  const laid = place === undefined ? owned : await keepFolderModes(owned, place, removed, question);
  // The Python under the environment, and its standard library's bytecode, stay root's.
  const under = empty.foundation === undefined ? [] : [empty.foundation];
  const underRoot = empty.python?.path.slice(0, empty.python.path.indexOf("/bin/")) ?? "";
  return {
    layers: [...under, ...(await compile(under, underRoot, "")), ...laid],
    extended: extended?.prefix.slice(1),
  };
}

/**
 * Checks that the base can carry the environment, and returns its C library.
 *
 * @throws ImageSpecError E_NO_PYTHON, E_UNSUPPORTED.
 */
async function checkedBase(
  step: EnvironmentStep,
  question: EnvironmentQuestion,
  extended: BaseEnvironment | undefined,
): Promise<Libc> {
  const { base, inspector } = question;
  const libc = await inspector.libc();
  // A base without Python is reported as that, and not by its lack of a known C library.
  if (extended === undefined && step.manager === "venv" && step.python.from !== "version")
    await basePython(step.python, question);
  if (libc !== undefined) return libc;
  throw new ImageSpecError("E_UNSUPPORTED", `${base.name} has no known C library, so no wheel can be chosen for it`, {
    hint: "Use a base with glibc or musl, or build with docker-buildx or kaniko.",
  });
}

interface PackageLayers {
  /** The paths of the base that are removed. */
  removed: readonly string[];
  /** The layer that removes them; none where nothing is removed. */
  removal: LayerSource[];
  modules: LayerSource[];
  /** The modules of the base that stay and have to be compiled. No layer of the image. */
  base: LayerSource | undefined;
}

/**
 * The layers of an environment without packages to install. Where the spec names a version of Python, a Dockerfile's
 * step compiles the environment whether or not it had to install that Python, and so the same is done here.
 */
async function layersWithoutPackages(
  step: EnvironmentStep,
  extended: BaseEnvironment | undefined,
  { inspector }: EnvironmentQuestion,
): Promise<PackageLayers> {
  const isCompiled = step.manager === "venv" && step.python.from === "version" && step.bytecode;
  if (!isCompiled || extended === undefined) return { removed: [], removal: [], modules: [], base: undefined };
  const { modules, stray } = await baseBytecode(extended, new Set(), inspector);
  const removal = removalLayer([], stray);
  return { removed: stray, removal: removal === undefined ? [] : [removal], modules: [], base: modules };
}

/** The layers that Python packages make. */
async function packageLayers(
  session: BuildSession,
  ground: PackagesGround,
  packages: PackagesStep,
  question: EnvironmentQuestion,
): Promise<PackageLayers> {
  const { step, empty, extended, limit } = ground;
  const target = targetOf(ground, question.base);
  // Found while the packages are resolved. Its errors are reported by whoever needs it.
  if (step.bytecode) findCompiler(session, target, step.uvImage).catch(() => undefined);
  const installed = [...(extended?.distributions ?? []), ...empty.distributions];
  const wanted = { step: packages, uvImage: step.uvImage, target, installed };
  const wheels = await chosenWheels(session, wanted, question.early);
  const there = extended === undefined ? [] : await withOrigins(extended, wheels, question.inspector);
  const isSynced = packages.source.from === "uv-lock";
  const { missing, outdated } = missingWheels(wheels, [...there, ...empty.distributions], isSynced);
  refuseReplacing(outdated.filter((one) => empty.distributions.includes(one)));
  const replaced = extended === undefined ? [] : await removedPaths(extended, outdated, question.inspector);
  const compiled = step.manager === "venv" && step.bytecode ? extended : undefined;
  const base = compiled && (await baseBytecode(compiled, new Set(replaced), question.inspector));
  const removed = [...new Set([...replaced, ...(base?.stray ?? [])])].sort();
  const removal = removalLayer(outdated, removed);
  const place = {
    prefix: empty.prefix.slice(1),
    pythonMinor: target.minor,
    python: `${empty.prefix}/bin/python`,
    compiled: step.bytecode,
    linksLib64: step.manager === "venv" && empty.prefix === step.prefix,
  };
  const left = limit - empty.layers.length;
  const { records, signal, warn } = session;
  const modules = await wheelLayers(missing, { target: place, limit: left, records, signal, warn });
  return { removed, removal: removal === undefined ? [] : [removal], modules, base: base?.modules };
}

function targetOf({ empty: { python }, libc }: PackagesGround, base: BaseImage): PythonTarget {
  if (python === undefined)
    throw new ImageSpecError("E_NO_PYTHON", "The conda environment has no python for the Python packages", {
      hint: "Add python to condaPackages, or set pythonVersion.",
    });
  const { minor, version = minor } = python;
  return { minor, version, architecture: base.platform.architecture, libc };
}

/** The wheels to install: those resolved ahead, when the guess of what they are for was right. */
async function chosenWheels(
  session: BuildSession,
  wanted: WheelsQuestion,
  early: EarlyResolution | undefined,
): Promise<Wheel[]> {
  const { target, installed } = wanted;
  const isGuessed =
    early !== undefined && installed.length === 0 && canonicalJson(early.target) === canonicalJson(target);
  if (isGuessed) return early.wheels;
  // The guess ends before this goes on: a layer that both are making would be cancelled with it.
  await early?.drop();
  return resolveWheels(session, wanted);
}

function refuseReplacing(fromConda: readonly InstalledDistribution[]): void {
  if (fromConda.length === 0) return;
  const names = fromConda.map(({ name, version }) => `${name} ${version}`).join(", ");
  throw new ImageSpecError("E_RESOLVE", `The Python packages need another version of what conda installs: ${names}`, {
    hint: "Add the version they need to condaPackages, or remove the package from one of the two.",
  });
}
