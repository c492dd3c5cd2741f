import pLimit from "p-limit";
import type { BaseImage } from "../base/base-image.ts";
import { type BaseInspector, variable } from "../base/base-inspector.ts";
import { ownedLayer } from "../layer/owned-layer.ts";
import type { PythonTarget } from "../resolve/python-target.ts";
import { resolveWheels } from "../resolve/resolve-wheels.ts";
import type { BuildSession } from "../session/build-session.ts";
import { type Wheel, wheelLayers } from "../wheel/wheel-layers.ts";

/** Where the base has no user of that number, as official images have not. */
const USUAL_OWNER = { uid: 1000, gid: 1000 };
/** Layers made at once while the base is still read. */
const PARALLEL = 2;

/** Packages resolved, and their layers begun, for a guess of what the base will turn out to be. */
export interface EarlyResolution {
  target: PythonTarget;
  wheels: Promise<Wheel[]>;
  /** Ends what is under way; resolves when nothing is. */
  drop(): Promise<void>;
}

/**
 * Official Python images tell their Python in the config, and reading a base of 50 MB takes as long as resolving: both
 * are then done at once. Undefined where the base is known already or tells nothing. A wrong guess costs time alone:
 * what it makes is in the cache under its own key.
 */
export async function resolveEarly(
  session: BuildSession,
  { base, inspector, limit }: { base: BaseImage; inspector: BaseInspector; limit: number },
): Promise<EarlyResolution | undefined> {
  const { environment: step, packages } = session.request.plan.steps;
  const target = officialPython(base);
  if (step?.manager !== "venv" || packages === undefined || target === undefined || (await inspector.isKnown()))
    return undefined;
  const { python } = step;
  if (python.from === "exec") return undefined;
  if (python.from === "version" && !`${target.version}.`.startsWith(`${python.version}.`)) return undefined;

  const dropped = new AbortController();
  const signal = AbortSignal.any([session.signal, dropped.signal]);
  const wheels = resolveWheels(session, { step: packages, uvImage: step.uvImage, target, installed: [], signal });
  const place = {
    prefix: step.prefix.slice(1),
    pythonMinor: target.minor,
    python: `${step.prefix}/bin/python`,
    compiled: step.bytecode,
  };
  const { records } = session;
  const making = wheels.then(async (found) => {
    const run = pLimit(PARALLEL);
    // Who takes the wheels warns.
    const sources = await wheelLayers(found, { target: place, limit, records, signal, warn: () => {} });
    return Promise.allSettled(
      sources.map((source) =>
        run(async () => {
          signal.throwIfAborted();
          await session.layers.make(ownedLayer(source, USUAL_OWNER), signal);
        }),
      ),
    );
  });
  session.track(making);
  const drop = async () => {
    dropped.abort();
    // Whoever takes the wheels sees their fault; layers are made again by whoever needs them.
    await making.catch(() => {});
  };
  return { target, wheels, drop };
}

/** What an official image on Debian 12 is; whether it is so is seen when it has been read. */
function officialPython(base: BaseImage): PythonTarget | undefined {
  const env = base.config.config?.Env ?? [];
  const version = variable(env, "PYTHON_VERSION");
  const minor = /^(3\.\d+)\.\d+$/.exec(version ?? "")?.[1];
  const extended = /\/opt\/(venv|micromamba)\b/.test(variable(env, "PATH") ?? "");
  if (version === undefined || minor === undefined || extended || base.name.includes("alpine")) return undefined;
  const libc = { family: "glibc", major: 2, minor: 36 } as const;
  return { minor, version, architecture: base.platform.architecture, libc };
}
