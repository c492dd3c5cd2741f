import { untilAborted } from "@imagespec/registry";
import pLimit from "p-limit";
import type { BaseImage } from "../base/base-image.ts";
import type { BaseInspector } from "../base/base-inspector.ts";
import { configVariable } from "../base/config-variable.ts";
import { bytecodeLayer } from "../bytecode/bytecode-layer.ts";
import { type Compiler, findCompiler } from "../bytecode/find-compiler.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { ownedLayer } from "../layer/owned-layer.ts";
import { resolveWheels } from "../resolve/resolve-wheels.ts";
import type { BuildSession } from "../session/build-session.ts";
import { isOfVersion, type PythonTarget } from "../target/python-target.ts";
import type { Wheel } from "../wheel/wheel.ts";
import { wheelLayers } from "../wheel/wheel-layers.ts";

/** The owner the layers will get, unless the base already has a user 1000, which official images do not. */
const USUAL_OWNER = { uid: 1000, gid: 1000 };
/** How many layers are made at the same time while the base is still being read. */
const PARALLEL = 2;

/** A resolution, with layers begun, for the Python that the base probably has, started before the base is known. */
export interface EarlyResolution {
  target: PythonTarget;
  wheels: Promise<Wheel[]>;
  /** Cancels the work; resolves when all of it has ended. */
  drop(): Promise<void>;
}

/**
 * Starts resolving while the build waits for something that takes about as long: for a base to be read, whose Python is
 * guessed from the config as official images write it, or for Debian packages.
 *
 * Undefined where there is nothing to wait for, or nothing says which Python the base has. The compiler is looked for
 * all the same. A wrong guess only costs time, since what it makes is cached under a key of its own.
 */
export async function resolveEarly(
  session: BuildSession,
  { base, inspector, limit }: { base: BaseImage; inspector: BaseInspector; limit: number },
): Promise<EarlyResolution | undefined> {
  const { environment: step, packages, apt } = session.request.plan.steps;
  if (step?.manager !== "venv" || packages === undefined) return undefined;
  const { python } = step;
  if (python.from === "exec") return undefined;
  const wanted = (found: PythonTarget | undefined) =>
    found === undefined || (python.from === "version" && !isOfVersion(found.version, python.version))
      ? undefined
      : found;
  // Finding the compiler may take as long as reading the base. Its errors are reported by whoever needs it.
  const compilerOf = (target: PythonTarget) =>
    step.bytecode ? findCompiler(session, target, step.uvImage).catch(() => undefined) : undefined;
  const guess = wanted(officialPython(base));
  if (guess !== undefined) compilerOf(guess);
  const isKnown = await inspector.isKnown();
  if (isKnown && apt === undefined) return undefined;
  // Errors about the Python are reported by whoever needs it.
  const target = isKnown ? wanted(await readPython(base, inspector).catch(() => undefined)) : guess;
  if (target === undefined) return undefined;
  const compiler = compilerOf(target);

  const dropped = new AbortController();
  const signal = AbortSignal.any([session.signal, dropped.signal]);
  const wheels = resolveWheels(session, { step: packages, uvImage: step.uvImage, target, installed: [], signal });
  const place = {
    prefix: step.prefix.slice(1),
    pythonMinor: target.minor,
    python: `${step.prefix}/bin/python`,
    compiled: step.bytecode,
    linksLib64: true,
  };
  const { records } = session;
  const making = wheels.then(async (found) => {
    const run = pLimit(PARALLEL);
    // The caller that uses the wheels prints these warnings.
    const modules = await wheelLayers(found, { target: place, limit, records, signal, warn: () => {} });
    const make = (sources: readonly LayerSource[]) =>
      sources.map((source) =>
        run(async () => {
          signal.throwIfAborted();
          await session.layers.make(ownedLayer(source, USUAL_OWNER), signal);
        }),
      );
    const begun = Promise.allSettled(make(modules));
    const compiling = compiler && (await untilAborted(compiler, signal).catch(() => undefined));
    const site = `${place.prefix}/lib/python${target.minor}/site-packages`;
    const compiled = (from: Compiler) =>
      modules.map((layer) => bytecodeLayer(layer, { ...place, site }, from, session));
    if (compiling !== undefined) await Promise.allSettled(make(compiled(compiling)));
    return begun;
  });
  session.track(making);
  const drop = async () => {
    dropped.abort();
    // A fault of the wheels reaches the caller that uses them; a layer that failed here is made again when it is
    // needed.
    await making.catch(() => {});
  };
  return { target, wheels, drop };
}

/** The Python of a base that is known, where a new environment is made over it. */
async function readPython(base: BaseImage, inspector: BaseInspector): Promise<PythonTarget | undefined> {
  if ((await inspector.environment()) !== undefined) return undefined;
  const [python, libc] = [await inspector.python("python3"), await inspector.libc()];
  if (python === undefined || libc === undefined) return undefined;
  const { minor, version = minor } = python;
  return { minor, version, architecture: base.platform.architecture, libc };
}

/** The Python of an official image on Debian 12, guessed from its config; compared with the base once that is read. */
function officialPython(base: BaseImage): PythonTarget | undefined {
  const env = base.config.config?.Env ?? [];
  const version = configVariable(env, "PYTHON_VERSION");
  const minor = /^(3\.\d+)\.\d+$/.exec(version ?? "")?.[1];
  const extended = /\/opt\/(venv|micromamba)\b/.test(configVariable(env, "PATH") ?? "");
  if (version === undefined || minor === undefined || extended || base.name.includes("alpine")) return undefined;
  const libc = { family: "glibc", major: 2, minor: 36 } as const;
  return { minor, version, architecture: base.platform.architecture, libc };
}
