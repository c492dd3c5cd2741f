import { dockerCredentials, ImageSpecError, parseMirrors } from "@imagespec/registry";
import type { ImageSpecBuilder } from "../builder/builder.ts";
import { outputText } from "../builder/output.ts";
import type { BuildEvent } from "../events.ts";
import { imageNameOf, keepLastIdentity } from "../history/last-identity.ts";
import { type Identity, identify } from "../identity/identify.ts";
import { imageReference } from "../identity/image-reference.ts";
import { planImage } from "../plan/plan-image.ts";
import { findPresence, type PresenceAnswer } from "../presence/find-presence.ts";
import { decideUnknown } from "../presence/unknown-policy.ts";
import { cacheFolder } from "../resolve/cache-folder.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import type { ResolvedSpec } from "../resolve/resolved-spec.ts";
import { type BaseImage, parseBaseImage } from "../spec/base-image.ts";
import { IMAGE_ID_VARIABLE } from "../spec/environment-names.ts";
import type { ImageSpec } from "../spec/image-spec.ts";
import { isImageSpec } from "../spec/is-image-spec.ts";
import { type BuildCall, type BuildOptions, readBuildOptions } from "./build-options.ts";
import { type BuildOutcome, type ImageOutcome, pinnedReference } from "./build-outcome.ts";
import type { EngineHost, KnownImage } from "./engine-host.ts";
import { type BuilderRun, runBuilders, runNamedBuilder } from "./run-builders.ts";

interface Work {
  spec: ImageSpec;
  call: BuildCall;
  options: BuildOptions;
  named: ImageSpecBuilder | undefined;
  resolved: ResolvedSpec;
  identity: Identity;
  reference: string;
}

/** The whole way of one spec: skip, resolve, identify, presence, base, plan, build. */
export async function buildImage(host: EngineHost, spec: ImageSpec, options: BuildOptions): Promise<BuildOutcome> {
  const env = host.env();
  if (env[IMAGE_ID_VARIABLE] !== undefined && env[IMAGE_ID_VARIABLE] === spec.id)
    return { status: "skipped", id: spec.id };
  const call = readBuildOptions(spec, options, env);
  const named = call.builder === undefined ? undefined : await host.builders.named(call.builder);
  const resolved = await resolveSpec(spec, {
    env,
    ...(host.cacheDir === undefined ? {} : { cacheDir: host.cacheDir }),
    ...(call.platforms === undefined ? {} : { platforms: call.platforms }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const identity = identify(resolved);
  const work: Work = { spec, call, options, named, resolved, identity, reference: imageReference(resolved, identity) };
  const key = JSON.stringify([
    work.reference,
    resolved.target.platforms,
    call.push,
    call.output,
    call.force,
    call.builder,
  ]);
  return host.running.run(key, options, (signal, emit) => {
    const tell = (event: BuildEvent) => emit({ image: work.reference, ...event });
    return makeImage(host, work, signal, tell);
  });
}

async function makeImage(
  host: EngineHost,
  work: Work,
  signal: AbortSignal,
  emit: (event: BuildEvent) => void,
): Promise<BuildOutcome> {
  const { spec, call, named, resolved } = work;
  for (const message of resolved.warnings) emit({ type: "warning", message });
  const known = call.force || call.output !== undefined ? undefined : host.known.get(knownKey(work));
  if (known !== undefined) return reused(work, known, ["this process saw or built it before"]);

  const env = host.env();
  const credentials = dockerCredentials({
    ...(resolved.registryConfig === undefined ? {} : { configFile: resolved.registryConfig }),
    env: { ...env },
  });
  const mirrors = parseMirrors(env.IMAGESPEC_REGISTRY_MIRRORS);
  let reasons: string[] = [];
  let answer: PresenceAnswer = { presence: undefined, fromRegistry: false };
  if (named?.asksPresence !== false) {
    const question = {
      reference: work.reference,
      platforms: resolved.target.platforms,
      hasRegistry: spec.registry !== undefined,
    };
    answer = await step(emit, "check whether the image exists", () =>
      findPresence({ ...question, push: call.push, output: call.output }, { credentials, env, signal }),
    );
    const decision = decide(work, answer, env);
    reasons = [decision.reason];
    if (decision.reuse) {
      const digest = answer.presence?.status === "present" && answer.fromRegistry ? answer.presence.digest : undefined;
      const image: KnownImage = { reference: work.reference, ...(digest === undefined ? {} : { digest }) };
      // A named builder may still want to build: that is its shouldBuild's to say.
      const wanted = named !== undefined && answer.presence?.status === "present" && (await wants(named, work, answer));
      if (!wanted) {
        if (answer.presence?.status === "present") host.known.set(knownKey(work), image);
        return reused(work, image, reasons);
      }
      reasons = [`${call.builder} wants to build although the image exists`];
    }
  }

  // What builders are asked about; the base is built when one of them can build this.
  const plan = planImage(resolved, work.identity);
  const finalPlan = async () => {
    if (!isImageSpec(spec.baseImage)) return plan;
    const base = await buildBase(host, work, spec.baseImage, signal, emit);
    return planImage(resolved, work.identity, { base });
  };
  const run = {
    request: {
      spec,
      plan,
      target: {
        reference: work.reference,
        platforms: resolved.target.platforms,
        push: call.push,
        output: call.output,
      },
      secrets: Object.fromEntries(resolved.secrets.map(({ id, file }) => [id, file])),
      credentials,
      mirrors,
      files: resolved.files,
      force: call.force,
      signal,
      emit,
    },
    options: call.builderOptions,
    finalPlan,
    presence: answer.presence ?? ({ status: "absent" } as const),
  };
  const { candidates, diagnostics } =
    named === undefined ? await host.builders.all() : { candidates: [], diagnostics: [] };
  const done = await step(emit, "build the image", () =>
    named === undefined ? runBuilders(candidates, diagnostics, run) : runNamedBuilder(call.builder ?? "", named, run),
  );
  if (signal.aborted) throw new ImageSpecError("E_ABORTED", "The build was cancelled.", { cause: signal.reason });
  if (done.built) await keepIdentity(host, work, emit);
  return finish(host, work, done, reasons);
}

/** For `explain`; that it cannot be kept is no reason to fail a build that is done. */
async function keepIdentity(host: EngineHost, work: Work, emit: (event: BuildEvent) => void): Promise<void> {
  try {
    await keepLastIdentity(host.cacheDir ?? cacheFolder(host.env()), imageNameOf(work.reference), work.identity);
  } catch (error) {
    emit({ type: "warning", message: `The cache cannot be written: ${(error as Error).message}` });
  }
}

/** Whether what presence said means that nothing has to be built, and why. */
function decide(work: Work, { presence }: PresenceAnswer, env: Readonly<Record<string, string | undefined>>) {
  const { call, reference } = work;
  if (presence?.status === "unknown") {
    const { onUnknown, push: willPush, force } = call;
    const choice = decideUnknown(presence, { reference, onUnknown, willPush, force, env });
    const reason = `it could not be found out whether ${reference} exists (${presence.cause.message})`;
    return { reuse: choice === "assume", reason: choice === "assume" ? `${reason}; assumed` : reason };
  }
  if (call.force) return { reuse: false, reason: "the build is forced" };
  if (call.output !== undefined && (presence === undefined || call.push)) {
    return { reuse: false, reason: `${outputText(call.output)} was asked for` };
  }
  if (presence?.status === "present") return { reuse: true, reason: `${reference} exists` };
  const missing = presence?.missing?.join(", ");
  return {
    reuse: false,
    reason: missing === undefined ? `${reference} does not exist` : `${reference} lacks ${missing}`,
  };
}

async function wants(builder: ImageSpecBuilder, work: Work, { presence }: PresenceAnswer): Promise<boolean> {
  return presence === undefined ? false : ((await builder.shouldBuild?.(work.spec, presence)) ?? false);
}

/** Builds a base spec the way its child is built; a builder that the base names itself stays. Returns what FROM takes. */
async function buildBase(
  host: EngineHost,
  work: Work,
  base: ImageSpec,
  signal: AbortSignal,
  emit: (event: BuildEvent) => void,
): Promise<BaseImage> {
  const { options } = work;
  const same = base.builder === undefined || options.builder === undefined || base.builder === options.builder;
  const builder = base.builder ?? options.builder;
  const outcome = await host.build(base, {
    ...(builder === undefined ? {} : { builder }),
    ...(same && options.builderOptions !== undefined ? { builderOptions: options.builderOptions } : {}),
    // A base that names no platforms is built for its child's, as its computed name says.
    ...(base.platform === undefined || options.platform !== undefined
      ? { platform: options.platform ?? work.resolved.target.platforms.join(",") }
      : {}),
    ...(options.push === undefined || base.registry === undefined ? {} : { push: options.push }),
    ...(options.onUnknown === undefined ? {} : { onUnknown: options.onUnknown }),
    signal,
    onEvent: emit,
  });
  // In the base's own container nothing is built; its child is named by what the base would be called.
  return outcome.status === "skipped" ? work.resolved.base : parseBaseImage(pinnedReference(outcome));
}

function reused(work: Work, image: KnownImage, reasons: string[]): ImageOutcome {
  return { status: "reused", ...shared(work), ...image, reasons };
}

function finish(host: EngineHost, work: Work, done: BuilderRun, reasons: readonly string[]): ImageOutcome {
  const { reference, digest, adopted } = done.result;
  const image: KnownImage = { reference, builder: done.builder, ...(digest === undefined ? {} : { digest }) };
  if (work.call.output === undefined && adopted !== true && done.built) host.known.set(knownKey(work), image);
  const status = !done.built ? "reused" : adopted === true ? "adopted" : "built";
  return { status, ...shared(work), ...image, reasons: [...reasons, ...done.reasons] };
}

function shared({ identity, resolved }: Work) {
  return { tag: identity.tag, id: identity.id, platforms: [...resolved.target.platforms] };
}

function knownKey({ reference, resolved, call }: Work): string {
  return JSON.stringify([reference, resolved.target.platforms, call.push]);
}

async function step<T>(emit: (event: BuildEvent) => void, name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  emit({ type: "step", name, status: "started" });
  try {
    const result = await work();
    emit({ type: "step", name, status: "done", seconds: (performance.now() - started) / 1000 });
    return result;
  } catch (error) {
    emit({ type: "step", name, status: "failed", seconds: (performance.now() - started) / 1000 });
    throw error;
  }
}
