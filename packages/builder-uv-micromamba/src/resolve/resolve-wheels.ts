import {
  LOCKED_OPTIONS,
  markerHolds,
  normalName,
  type PackagesStep,
  readShippedText,
  requirementTexts,
  type ShippedFile,
  uvLockAsPylock,
} from "@imagespec/core/builder";
import { inParallel, untilAborted } from "@imagespec/registry";
import { DIRECT_URL, type InstalledDistribution } from "../base/installed-distribution.ts";
import type { BlobStore } from "../cache/blob-store.ts";
import { Downloader } from "../cache/downloader.ts";
import { lazy } from "../lazy.ts";
import type { BuildSession } from "../session/build-session.ts";
import { anyPython } from "../session/find-python.ts";
import { type SecretSettings, secretSettings } from "../session/secret-files.ts";
import type { BuiltWheel } from "../source-build/built-wheel.ts";
import { isProject, type ProjectSource, type Source, subjectOf } from "../source-build/source-kinds.ts";
import type { Toolchain } from "../source-build/toolchain.ts";
import type { StaticMetadata } from "../source-build/wheel-metadata.ts";
import type { PythonTarget } from "../target/python-target.ts";
import type { Wheel } from "../wheel/wheel.ts";
import { directSources, refuseRepositories } from "./direct-references.ts";
import { markerEnvironment } from "./lock-limits.ts";
import type { Pylock } from "./locked-wheels.ts";
import { recentResolution } from "./recent-resolution.ts";
import { resolveWithSources } from "./resolve-with-sources.ts";
import type { ResolvedDistributions, ResolvedWheel } from "./resolved-wheel.ts";
import { sourceOnly } from "./source-only.ts";

/** Wheels fetched or built at once. */
const PARALLEL = 8;

/** The packages that are asked for, and the target that they must fit. */
export interface WheelsQuestion {
  step: PackagesStep;
  uvImage: string;
  target: PythonTarget;
  /** What the environment holds already. */
  installed: readonly InstalledDistribution[];
  /** Ends this resolution alone; the session's by default. */
  signal?: AbortSignal | undefined;
}

/**
 * The wheels of a packages step for a target, each with a function that fetches it into the cache. A distribution
 * without a wheel is built into one where the options allow it.
 *
 * @throws ImageSpecError E_RESOLVE, E_UNSUPPORTED.
 */
export async function resolveWheels(session: BuildSession, question: WheelsQuestion): Promise<Wheel[]> {
  const { request, blobs } = session;
  const { step, target, uvImage, signal = session.signal } = question;
  const secrets = await secretSettings(step, request.secrets);
  // Loaded only by the few builds that need it.
  const toolchain = lazy(async () => {
    const { findToolchain } = await import("../source-build/toolchain.ts");
    return findToolchain(session, { step, target, uvImage, secrets });
  });
  const build = async (source: Source) => {
    const { builtWheel } = await import("../source-build/built-wheel.ts");
    return untilAborted(builtWheel(session, await toolchain(), source), signal);
  };
  const { wheels, sources } = await distributions(session, question, { secrets, toolchain, build });
  const projects = localProjects(step, target, request.files);
  const [first] = [...sources, ...projects];
  if (first !== undefined && request.options.sourceDistributions !== "build") throw sourceOnly(subjectOf(first));
  const downloader = new Downloader(session.http, blobs, request.emit, secrets.logins);
  const fetched = wheels.map((wheel) => (abort: AbortSignal) => toWheel(session, wheel, downloader, abort));
  const built = [...sources, ...projects].map((source) => async () => madeWheel(await build(source), source, blobs));
  return inParallel([...fetched, ...built], { most: PARALLEL, signal }, (get, abort) => get(abort));
}

/** What resolving needs besides the question. */
interface ResolvingTools {
  secrets: SecretSettings;
  toolchain(): Promise<Toolchain>;
  build(source: Source): Promise<BuiltWheel>;
}

async function distributions(
  session: BuildSession,
  question: WheelsQuestion,
  tools: ResolvingTools,
): Promise<ResolvedDistributions> {
  const { step, target } = question;
  const { source } = step;
  if (source.from === "requirements") return resolveRequirements(session, question, tools, session.request.files);
  const lock = await readShippedText(session.request.files, source.lock);
  const { parse } = await import("smol-toml");
  const { lockedDistributions } = await import("./locked-wheels.ts");
  if (source.from === "pylock") {
    const own = lockedDistributions(parse(lock) as Pylock, target, source.lock);
    if (source.requirements === undefined) return own;
    const served = await resolveServed(session, { ...question, step }, tools, source.requirements);
    return { wheels: [...served.wheels, ...own.wheels], sources: [...served.sources, ...own.sources] };
  }
  const pyproject = await readShippedText(session.request.files, source.pyproject);
  if (source.from === "uv-lock") {
    const platforms = [`linux/${target.architecture}`];
    const selected = uvLockAsPylock({ lock: parse(lock), pyproject: parse(pyproject), platforms });
    return lockedDistributions(selected as Pylock, target, source.lock);
  }
  const { exportPoetryLock } = await import("./poetry-lock.ts");
  const exported = await exportPoetryLock(session, tools.toolchain, { step, project: { lock, pyproject } });
  return resolveRequirements(session, { ...question, step: exported.step }, tools, exported.files);
}

/** The part of a lock that indexes serve: the lock has versions and hashes, and the index says where the files are. */
function resolveServed(
  session: BuildSession,
  question: WheelsQuestion,
  tools: ResolvingTools,
  requirements: string,
): Promise<ResolvedDistributions> {
  const step: PackagesStep = {
    ...question.step,
    source: { from: "requirements", packages: [], requirements },
    extraArgs: [...question.step.extraArgs, ...LOCKED_OPTIONS],
  };
  const files = session.request.files.filter(({ path }) => path === requirements);
  return resolveRequirements(session, { ...question, step, installed: [] }, tools, files);
}

async function resolveRequirements(
  session: BuildSession,
  { step, uvImage, target, installed, signal = session.signal }: WheelsQuestion,
  { secrets, build }: ResolvingTools,
  files: readonly ShippedFile[],
): Promise<ResolvedDistributions> {
  const { cache, log, warn, request } = session;
  const { force, options } = request;
  const texts = await requirementTexts(files);
  const packages = step.source.from === "requirements" ? step.source.packages : [];
  const compile = async (known?: readonly StaticMetadata[]) => {
    const uv = await session.uv(uvImage, signal);
    const python = await untilAborted(anyPython(session, uv, target), signal);
    const { compileRequirements } = await import("./uv-compile.ts");
    return compileRequirements({
      uv,
      python,
      step,
      target,
      texts,
      secrets,
      installed,
      known,
      fresh: force,
      cache,
      signal,
      log,
      warn,
    });
  };
  const resolve = async () => {
    if (options.sourceDistributions === "build")
      return resolveWithSources({
        compile,
        build: async (one) => (await build(one)).metadata,
        direct: directSources([...packages, ...texts.map(({ text }) => text)]),
      });
    refuseRepositories(texts);
    const answer = await compile();
    if ("unknown" in answer) throw sourceOnly(answer.unknown[0] ?? "A requirement that uv has to build");
    return answer;
  };
  const question = { step, uvImage, target, files, installed };
  return recentResolution(session.records, question, resolve, { fresh: force });
}

/** The projects of a workspace that are installed in an image for this target. */
function localProjects({ source }: PackagesStep, target: PythonTarget, files: readonly ShippedFile[]): ProjectSource[] {
  if (source.from !== "pylock") return [];
  const environment = markerEnvironment(target);
  return source.projects
    .filter(({ marker }) => marker === undefined || markerHolds(marker, environment))
    .map(({ name, path }) => ({ name, path, files }));
}

/** A wheel that was built here. As uv, with a note of how it was built, unless it is a project of the spec's. */
function madeWheel({ filename, digest, size, metadata }: BuiltWheel, source: Source, blobs: BlobStore): Wheel {
  const directUrl = isProject(source) ? undefined : source.directUrl;
  return {
    name: normalName(source.name),
    version: metadata.version,
    filename,
    sha256: digest.slice("sha256:".length),
    size,
    notes: isProject(source) ? {} : { ...directNote(directUrl), "uv_build.json": "{}" },
    isProject: isProject(source),
    fetch: async () => blobs.path(digest),
  };
}

function directNote(directUrl: string | undefined): Record<string, string> {
  return directUrl === undefined ? {} : { [DIRECT_URL]: directUrl };
}

async function toWheel(
  { blobs, records }: BuildSession,
  wheel: ResolvedWheel,
  downloader: Downloader,
  signal: AbortSignal,
): Promise<Wheel> {
  const { name, version, filename, url, hashes, oneOf, size, directUrl } = wheel;
  const wanted = { url, subject: filename, hashes, oneOf, size };
  const digest = hashes.find((hash) => hash.startsWith("sha256:"));
  const stated = oneOf === undefined ? digest : undefined;
  const known = stated && (size ?? (await records.get<number>("wheel-sizes", stated)));
  // Where the index states no sha256 or size, the file itself must be fetched.
  const file = stated && known ? { digest: stated, size: known } : await downloader.fetch(wanted, signal);
  if (stated !== undefined && size === undefined && known === undefined)
    await records.set("wheel-sizes", stated, file.size);
  const whole = { ...wanted, hashes: [...new Set([file.digest, ...hashes])] };
  return {
    name,
    version,
    filename,
    sha256: file.digest.slice("sha256:".length),
    size: file.size,
    notes: directNote(directUrl),
    fetch: async (abort) => blobs.path((await downloader.fetch(whole, abort)).digest),
  };
}
