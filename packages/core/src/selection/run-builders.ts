import type { Presence } from "@imagespec/registry";
import { ImageSpecError, isImageSpecError, parseReference, thrownText } from "@imagespec/registry/terms";
import type { BuildRequest, BuildResult, ImageSpecBuilder } from "../builder/builder.ts";
import type { BuilderCandidate, Discovery } from "../discovery/candidate.ts";
import { FIRST_PARTY_BUILDERS } from "../discovery/first-party.ts";
import type { ProjectSettings } from "../discovery/project-settings.ts";
import type { BuildPlan } from "../plan/plan.ts";
import { checkBuilder, unusableError } from "./check-builder.ts";
import { stoppedInTime } from "./stopped-in-time.ts";

/** What came of the builders: the one that built, or that nothing had to be built. */
export interface BuilderRun {
  builder: string;
  built: boolean;
  result: BuildResult;
  /** Why those before it were passed over. */
  reasons: string[];
}

/** A builder that was passed over, and why. */
interface PassedBuilder {
  candidate: BuilderCandidate;
  reason: string;
  hint: string;
}

export interface RunOptions {
  /** With builderOptions as given. */
  request: BuildRequest;
  presence: Presence;
  settings: ProjectSettings;
  /** The plan to build: builds the base first, and so is called only when a builder has said it can. Called once. */
  finalPlan(): Promise<BuildPlan>;
  /** What brings back the builders that are installed and left out; undefined where none is left out. */
  hintForLeftOut: string | undefined;
}

/** Builds with the builder that was asked for, or fails with its reason: nobody takes its place. */
export async function runNamedBuilder({ type, load }: BuilderCandidate, run: RunOptions): Promise<BuilderRun> {
  const builder = await load();
  const answer = await checkBuilder(builder, run.request, run.settings);
  if (!answer.usable) throw unusableError(type, answer);
  if (!(await shouldBuild(type, builder, run))) return notNeeded(type, run, []);
  const result = await build(type, builder, { ...answer.request, plan: await run.finalPlan() });
  return { builder: type, built: true, result, reasons: [] };
}

/**
 * Imports and asks builders one by one in order of priority until one builds. A builder that does not load, refuses or
 * is not usable is passed over for the next, as is one whose buildImage throws E_UNSUPPORTED; any other error is final.
 *
 * @throws ImageSpecError E_NO_BUILDER listing every builder with its priority and reason, and what to install.
 */
export async function runBuilders(found: Discovery, run: RunOptions): Promise<BuilderRun> {
  let plan: BuildPlan | undefined;
  const passed: PassedBuilder[] = [];
  const reasons = () => reasonsOf(passed);
  for (const candidate of found.candidates) {
    const pass = (reason: string, hint = "") => passed.push({ candidate, reason, hint });
    let builder: ImageSpecBuilder;
    try {
      builder = await candidate.load();
    } catch (error) {
      pass((error as Error).message, (error as ImageSpecError).hint);
      continue;
    }
    const answer = await checkBuilder(builder, run.request, run.settings);
    if (!answer.usable) {
      pass(answer.reason, answer.hint);
      continue;
    }
    if (!(await shouldBuild(candidate.type, builder, run))) return notNeeded(candidate.type, run, reasons());
    plan ??= await run.finalPlan();
    try {
      const result = await build(candidate.type, builder, { ...answer.request, plan });
      return { builder: candidate.type, built: true, result, reasons: reasons() };
    } catch (error) {
      if (!isImageSpecError(error, "E_UNSUPPORTED")) throw error;
      pass(error.message, error.hint);
      const message = `${nameOf(candidate)} leaves this spec to the next builder: ${error.message}`;
      run.request.emit({ type: "warning", message });
    }
  }
  throw noBuilderError(run, passed, found);
}

function reasonsOf(passed: readonly PassedBuilder[]): string[] {
  return passed.map(({ candidate, reason }) => `${nameOf(candidate)}: ${reason}`);
}

function nameOf(candidate: BuilderCandidate): string {
  return `${candidate.type} (priority ${candidate.priority})`;
}

async function shouldBuild(type: string, builder: ImageSpecBuilder, run: RunOptions): Promise<boolean> {
  if (run.request.force || builder.shouldBuild === undefined) return true;
  try {
    // An unknown presence was decided on before: here it means to build.
    return (await builder.shouldBuild(run.request.spec, run.presence)) || run.request.target.output !== undefined;
  } catch (error) {
    throw failed(type, error);
  }
}

function notNeeded(builder: string, run: RunOptions, reasons: string[]): BuilderRun {
  const { reference } = run.request.plan;
  const said = `${builder} says nothing is to be built`;
  return { builder, built: false, result: { reference }, reasons: [...reasons, said] };
}

async function build(type: string, builder: ImageSpecBuilder, request: BuildRequest): Promise<BuildResult> {
  try {
    // Without types it may return no promise, and throw at once.
    const work: Promise<unknown> = (async () => builder.buildImage(request))();
    const result = await stoppedInTime(type, work, request);
    if (isResult(result)) return readResult(result, request.plan.reference);
    throw new Error("it returned neither a reference nor nothing");
  } catch (error) {
    throw failed(type, error);
  }
}

/** An error that is not one of ours is reported as a failed build of that builder. */
function failed(type: string, error: unknown): unknown {
  if (isImageSpecError(error)) return error;
  return new ImageSpecError("E_BUILD", `Builder "${type}" failed: ${thrownText(error)}`, {
    cause: error,
    hint: "Read the lines above and the builder's documentation.",
    details: { builder: type },
  });
}

/** What a builder that has no types may return besides is no result. */
function isResult(value: unknown): value is BuildResult | string | undefined {
  if (value === undefined || typeof value === "string") return true;
  return typeof value === "object" && value !== null && "reference" in value && typeof value.reference === "string";
}

function readResult(result: BuildResult | string | undefined, own: string): BuildResult {
  if (result === undefined) return { reference: own };
  if (typeof result !== "string") return result;
  const { tag, digest } = parseReference(result);
  // Without a tag the digest is all there is to name the image by.
  if (digest === undefined || tag === undefined) return { reference: result };
  return { reference: result.slice(0, -`@${digest}`.length), digest };
}

function noBuilderError(
  run: RunOptions,
  passed: readonly PassedBuilder[],
  { candidates, diagnostics }: Discovery,
): ImageSpecError {
  const reasons = reasonsOf(passed);
  const lines = [...reasons, ...diagnostics.map((d) => `${d.type ?? d.subject}: ${d.message}`)];
  const missing = [...FIRST_PARTY_BUILDERS]
    .filter(([type]) => type !== "noop" && !candidates.some((candidate) => candidate.type === type))
    .map(([, name]) => name);
  const hints = [...new Set(passed.map(({ hint }) => hint).filter((hint) => hint !== ""))];
  const { hintForLeftOut } = run;
  if (hintForLeftOut !== undefined) hints.push(hintForLeftOut);
  else if (missing.length > 0) {
    const start = hints.length > 0 ? "Or install another builder" : "Install a builder";
    hints.push(`${start}: ${missing.map((name) => `\`npm install ${name}\``).join(" or ")}.`);
  }
  const none = `no builder is ${hintForLeftOut === undefined ? "installed" : "left by IMAGESPEC_PLUGINS=off"}`;
  const what = candidates.length === 0 ? none : "none of the installed builders can build it here";
  const message = [`Cannot build ${run.request.plan.reference}: ${what}.`, ...lines].join("\n  - ");
  return new ImageSpecError("E_NO_BUILDER", message, {
    hint: hints.join("\n"),
    details: { builders: reasons, missing },
  });
}
