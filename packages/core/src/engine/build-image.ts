import { type Presence, RegistryClient } from "@imagespec/registry";
import type { ProcessEnvironment } from "@imagespec/registry/terms";
import type { BuildEvent } from "../builder/build-event.ts";
import { outputText } from "../builder/output.ts";
import { timedStep } from "../builder/timed-step.ts";
import type { BuilderCandidate } from "../discovery/candidate.ts";
import { hintForLeftOut } from "../discovery/left-out.ts";
import type { ProjectSettings } from "../discovery/project-settings.ts";
import { specId } from "../identity/spec-id.ts";
import { findPresence } from "../presence/find-presence.ts";
import { decideUnknown } from "../presence/unknown-policy.ts";
import { abortedError } from "../process/aborted-error.ts";
import { sweepScratchFolders } from "../process/scratch-folder.ts";
import { type BuildCall, type BuildOptions, readBuildOptions } from "../request/build-options.ts";
import { type PreparedBuild, prepareBuild } from "../request/prepare-build.ts";
import { checkNamedOptions } from "../selection/check-builder.ts";
import { type BuilderRun, runBuilders, runNamedBuilder } from "../selection/run-builders.ts";
import { type BaseImage, parseBaseImage } from "../spec/base-image.ts";
import { IMAGE_ID_VARIABLE } from "../spec/environment-names.ts";
import { isSpec, type Spec } from "../spec/spec.ts";
import { IdentityAttachment } from "./attach-identity.ts";
import { type BuildOutcome, type ImageOutcome, pinnedReference } from "./build-outcome.ts";
import type { EngineHost, KnownImage } from "./engine-host.ts";
import { ENGINE_STEPS } from "./engine-steps.ts";
import { isNewHere, keepIdentity, keepReusedIdentity } from "./keep-identity.ts";
import { strayOptions } from "./stray-options.ts";

/** One call of `build`, with everything that is known before the registry or a builder is asked. */
interface Build extends PreparedBuild {
  spec: Spec;
  call: BuildCall;
  options: BuildOptions;
  settings: ProjectSettings;
  /** The builder that the call or the spec names. */
  named: BuilderCandidate | undefined;
}

/** Takes one spec all the way: skip, resolve, identify, presence, base, plan, build. */
export async function buildImage(host: EngineHost, spec: Spec, options: BuildOptions): Promise<BuildOutcome> {
  const env = host.env();
  const id = specId(spec);
  if (env[IMAGE_ID_VARIABLE] === id) return { status: "skipped", id };
  const settings = await host.settings();
  const call = readBuildOptions(spec, options, env, settings.config.builder);
  const named = call.builder === undefined ? undefined : await host.builders.named(call.builder);
  if (named !== undefined) await checkNamedOptions(named, call.builderOptions, settings);
  const prepared = await prepareBuild(spec, call, { env, cacheDir: host.cacheDir, signal: options.signal });
  const build: Build = { ...prepared, spec, call, options, named, settings };
  return host.running.run(sharedKey(build), options, (signal, emit) => {
    const { resolved, credentials } = prepared;
    const connect = () => new RegistryClient({ credentials, env });
    // One client all the way, so that a build takes one connection and one token, whoever asks the registry.
    return host.clients.use(resolved.registryConfig ?? "", connect, (client) =>
      makeImage(host, withEvents(build, signal, emit), client),
    );
  });
}

/** Simultaneous calls with the same key share one run, so the key holds all that steers a run. */
function sharedKey({ reference, call, resolved }: Build): string {
  const { secrets, secretFiles, registryConfig, target } = resolved;
  return JSON.stringify({ reference, call, secrets, secretFiles, registryConfig, platforms: target.platforms });
}

/** The build with the signal and the listeners of its run, which several callers may share. */
function withEvents(build: Build, signal: AbortSignal, emit: (event: BuildEvent) => void): Build {
  const tell = (event: BuildEvent) => emit({ image: build.reference, ...event });
  return { ...build, request: { ...build.request, signal, emit: tell } };
}

async function makeImage(host: EngineHost, build: Build, client: RegistryClient): Promise<BuildOutcome> {
  const { spec, call, named, resolved, reference, request } = build;
  const { signal, emit } = request;
  const stray = await strayOptions(host, build.settings);
  for (const message of [...resolved.warnings, ...stray]) emit({ type: "warning", message });
  // Folders that killed builds left behind may hold secrets, so they are removed even if this build makes none itself.
  const swept = sweepScratchFolders();
  const known = call.force || call.output !== undefined ? undefined : host.known.get(knownKey(build));
  if (known !== undefined) {
    await swept;
    return reused(build, known, ["this process saw or built it before"]);
  }

  const [found] = await Promise.all([findImage(host, build, client), swept]);
  if (found.image !== undefined) return reused(build, found.image, found.reasons);

  const attachment = willAttach(host, build) ? new IdentityAttachment(build, { client, env: host.env() }) : undefined;
  // Builders are asked about the plan as it is; a base spec is built only once one of them has said that it can build
  // this.
  const finalPlan = async () => {
    if (found.presence?.status === "absent") attachment?.begin();
    if (!isSpec(spec.baseImage)) return request.plan;
    const base = await buildBase(host, build, spec.baseImage);
    return { ...request.plan, base: { ...base, given: request.plan.base.given } };
  };
  const run = {
    request: { ...request, client },
    finalPlan,
    settings: build.settings,
    presence: found.presence ?? ({ status: "absent" } as const),
    hintForLeftOut: hintForLeftOut(host.env()),
  };
  const builders = named ?? (await host.builders.all());
  try {
    const done = await timedStep(emit, ENGINE_STEPS.build, () =>
      "load" in builders ? runNamedBuilder(builders, run) : runBuilders(builders, run),
    );
    if (signal.aborted) throw abortedError(`The build of ${reference}`, signal.reason);
    if (done.built) await keepIdentity(host, build, done.result, attachment);
    else await keepReusedIdentity(host, build);
    return finish(host, build, done, found.reasons);
  } finally {
    await attachment?.close();
  }
}

/** What is known of an image before a builder is run: `image` is set where it is taken as it is. */
interface FoundImage {
  presence: Presence | undefined;
  reasons: string[];
  image?: KnownImage;
}

/** Looks for the image, unless the named builder wants none of that, and decides whether it is taken as it is. */
async function findImage(host: EngineHost, build: Build, client: RegistryClient): Promise<FoundImage> {
  const { spec, call, named, reference, credentials, request } = build;
  const { signal, emit } = request;
  const env = host.env();
  // The builder that has a say in whether the image exists, and is not imported for nothing.
  const asked = named?.reusesExisting === true ? undefined : await named?.load();
  // What is wrong with it is reported where it is awaited.
  void loadIfNew(host, build).catch(() => {});
  if (asked?.asksPresence === false) return { presence: undefined, reasons: [] };
  const { platforms, push, output } = request.target;
  const hasRegistry = spec.registry !== undefined;
  const question = { reference, platforms, push, willPush: push, output, hasRegistry };
  const access = { credentials, env, cacheDir: host.cacheDir, signal, client };
  const answer = await timedStep(emit, ENGINE_STEPS.presence, () => findPresence(question, access));
  const { presence } = answer;
  const decision = decide(build, presence, env);
  if (!decision.reuse) return { presence, reasons: [decision.reason] };
  const present = presence?.status === "present" ? presence : undefined;
  // A named builder may still want to build, which its shouldBuild decides.
  if (present !== undefined && (await asked?.shouldBuild?.(spec, present)))
    return { presence, reasons: [`${call.builder} wants to build although the image exists`] };
  const image: KnownImage = { reference, digest: answer.fromRegistry ? present?.digest : undefined };
  if (present !== undefined) host.known.set(knownKey(build), image);
  await keepReusedIdentity(host, build);
  return { presence, reasons: [decision.reason], image };
}

/** Whether what the image is made of is to stand beside it. */
function willAttach(host: EngineHost, { settings, request }: Build): boolean {
  return request.target.push && (host.attachIdentity ?? settings.config.attachIdentity ?? true);
}

/**
 * Loads the named builder while the registry is asked, which takes as long, where the image is mostly to be built:
 * content that this machine has built before was changed. Elsewhere an image that exists would be found no sooner, and
 * a builder imported.
 */
async function loadIfNew(host: EngineHost, build: Build): Promise<void> {
  if (build.named !== undefined && (await isNewHere(host, build))) await build.named.load();
}

/** Whether what presence said means that nothing has to be built, and why. */
function decide({ call, reference }: Build, presence: Presence | undefined, env: ProcessEnvironment) {
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
    reason: missing === undefined ? `${reference} did not exist` : `${reference} lacked ${missing}`,
  };
}

/**
 * Builds a base spec the way its child is built; a builder that the base names itself stays. Returns what FROM takes.
 */
async function buildBase(host: EngineHost, { options, request, resolved }: Build, base: Spec): Promise<BaseImage> {
  const isSameBuilder = base.builder === undefined || options.builder === undefined || base.builder === options.builder;
  // A base that names no platforms is built for its child's, as its computed name says.
  const childPlatform = base.platform === undefined ? resolved.target.platforms.join(",") : undefined;
  const outcome = await host.build(base, {
    builder: base.builder ?? options.builder,
    builderOptions: isSameBuilder ? options.builderOptions : undefined,
    platform: options.platform ?? childPlatform,
    push: base.registry === undefined ? undefined : options.push,
    onUnknown: options.onUnknown,
    signal: request.signal,
    onEvent: request.emit,
  });
  // Inside the base's own container nothing is built; FROM then takes the name the base would have.
  return outcome.status === "skipped" ? resolved.base : parseBaseImage(pinnedReference(outcome));
}

function reused(build: Build, image: KnownImage, reasons: string[]): ImageOutcome {
  return outcomeOf("reused", build, image, reasons);
}

function finish(host: EngineHost, build: Build, done: BuilderRun, reasons: readonly string[]): ImageOutcome {
  const { reference, digest, adopted } = done.result;
  const image: KnownImage = { reference, digest, builder: done.builder };
  if (build.call.output === undefined && adopted !== true && done.built) host.known.set(knownKey(build), image);
  if (done.built && reference !== build.reference) host.realNames.set(build.reference, reference);
  const made = adopted === true ? "adopted" : "built";
  return outcomeOf(done.built ? made : "reused", build, image, [...reasons, ...done.reasons]);
}

function outcomeOf(
  status: ImageOutcome["status"],
  { identity, resolved }: Build,
  image: KnownImage,
  reasons: string[],
): ImageOutcome {
  const { tag, id } = identity;
  return { status, tag, id, platforms: [...resolved.target.platforms], ...image, reasons };
}

function knownKey({ reference, resolved, call }: Build): string {
  return JSON.stringify([reference, resolved.target.platforms, call.push]);
}
