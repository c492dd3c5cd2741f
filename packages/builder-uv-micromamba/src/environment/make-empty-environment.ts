import { type EnvironmentStep, ImageSpecError, PYTHON_FOLDER } from "@imagespec/core/builder";
import type { BaseImage } from "../base/base-image.ts";
import type { BaseEnvironment, BasePython } from "../base/base-inspector.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import { isOfVersion, type Libc } from "../target/python-target.ts";
import { basePython } from "./base-python.ts";
import type { EmptyEnvironment, EnvironmentQuestion } from "./empty-environment.ts";
import { refuseOwnFolder, refuseTakenPlace } from "./free-place.ts";
import { managedPython } from "./managed-python.ts";
import { venvLayer } from "./venv-layer.ts";

type VenvStep = Extract<EnvironmentStep, { manager: "venv" }>;

/**
 * The environment that a step asks for, before its Python packages: conda's, the one that the base has, or a new
 * virtual environment.
 *
 * @throws ImageSpecError E_NO_PYTHON, E_RESOLVE, E_UNSUPPORTED, and E_BUILD where something else is in its place.
 */
export async function makeEmptyEnvironment(
  session: BuildSession,
  step: EnvironmentStep,
  question: EnvironmentQuestion & { libc: Libc; extended: BaseEnvironment | undefined },
): Promise<EmptyEnvironment> {
  const { extended } = question;
  // Conda packages take at most half of the layers, so that the rest is left for Python packages.
  if (step.manager === "conda") {
    const { condaEnvironment } = await import("./conda-environment.ts");
    return condaEnvironment(session, step, { ...question, limit: Math.ceil(question.limit / 2) });
  }
  return extended === undefined
    ? newEnvironment(session, step, question)
    : extendEnvironment(step, question.base, extended);
}

function extendEnvironment(step: VenvStep, base: BaseImage, { python, prefix }: BaseEnvironment): EmptyEnvironment {
  const found = python.version ?? python.minor;
  if (step.python.from === "version" && !isOfVersion(found, step.python.version))
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `pythonVersion is ${step.python.version}, and the environment of ${base.name} has Python ${found}`,
      { hint: "Leave pythonVersion out, or set it on the base." },
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
  session: BuildSession,
  step: VenvStep,
  question: EnvironmentQuestion & { libc: Libc },
): Promise<EmptyEnvironment> {
  await refuseTakenPlace(step.prefix, question.inspector.tree, question.base.name);
  const { foundation, python } = await chosenPython(session, step, question);
  const { path, minor, version = minor } = python;
  const systemSitePackages = step.python.from === "exec";
  const layers = [venvLayer({ prefix: step.prefix, python: path, minor, version, systemSitePackages })];
  return { python, prefix: step.prefix, foundation, layers, distributions: [] };
}

/** The base's own Python where it is the one that the step asks for, else one that uv manages. */
async function chosenPython(
  session: BuildSession,
  step: VenvStep,
  question: EnvironmentQuestion & { libc: Libc },
): Promise<{ python: BasePython; foundation?: LayerSource }> {
  const { base, inspector, libc } = question;
  if (step.python.from !== "version") return { python: await basePython(step.python, question) };
  const { version } = step.python;
  const own = await inspector.python("python3");
  if (own !== undefined && isOfVersion(own.version ?? own.minor, version)) return { python: own };
  await refuseOwnFolder(PYTHON_FOLDER, inspector.tree, base.name);
  const uv = await session.uv(step.uvImage);
  const managed = await managedPython(session, uv, { version, architecture: base.platform.architecture, libc });
  return { python: managed, foundation: managed.layer };
}
