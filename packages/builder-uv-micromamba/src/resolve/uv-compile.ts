import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  ImageSpecError,
  normalName,
  type PackagesStep,
  type RequirementText,
  runTool,
  type ToolResult,
} from "@imagespec/core/builder";
import type { InstalledDistribution } from "../base/installed-distribution.ts";
import { type CacheFolder, cacheError } from "../cache/cache-folder.ts";
import type { UvProgram } from "../session/find-uv.ts";
import type { SecretSettings } from "../session/secret-files.ts";
import { uvEnvironment } from "../session/uv-environment.ts";
import type { StaticMetadata } from "../source-build/wheel-metadata.ts";
import { type PythonTarget, uvPlatform } from "../target/python-target.ts";
import { wheelTags } from "../target/wheel-tags.ts";
import { type ChosenFiles, isOfLog, noteChoice, PRINT_CHOICES } from "./chosen-files.ts";
import { markerEnvironment } from "./lock-limits.ts";
import { preferredVersions } from "./preferred-versions.ts";
import { parsePylock } from "./pylock.ts";
import { packageWithoutHash, requiredHashes, requiresHashes } from "./required-hashes.ts";
import type { CompileAnswer } from "./resolve-with-sources.ts";
import { type StandInPython, standInPython } from "./stand-in-python.ts";
import { metadataSettings } from "./static-metadata.ts";
import { diskFault, namedDistributions, resolutionFailure } from "./uv-failure.ts";

export interface CompileRequest {
  uv: UvProgram;
  /** Path of any Python 3 of this machine. */
  python: string;
  step: PackagesStep;
  target: PythonTarget;
  /** The requirement files that are shipped. */
  texts: readonly RequirementText[];
  secrets: SecretSettings;
  /** What the base's environment has: kept where it satisfies the requirements. */
  installed: readonly InstalledDistribution[];
  /** What is known of distributions that have no wheel. */
  known?: readonly StaticMetadata[] | undefined;
  /** Whether indexes and addresses are asked again for what uv's cache holds. */
  fresh: boolean;
  cache: CacheFolder;
  signal: AbortSignal;
  log(line: string, stream: "stdout" | "stderr"): void;
  warn(message: string): void;
}

const NO_DEPS = "--no-deps";
const REQUIRE_HASHES = "--require-hashes";
const INPUT = "packages.in";
const OUTPUT = "pylock.imagespec.toml";
const SETTINGS = "uv.toml";
const INSTALLED = "installed.in";

/**
 * Resolves packages and a requirements file together, for the target's Python and platform.
 *
 * uv runs in a folder of its own (mode 0700, removed afterwards) that holds the shipped requirement files and nothing
 * of the host. It chooses versions as an installation does, whether they have wheels or not, since every builder has to
 * choose the same ones. Where it would have to build a distribution to learn what that requires, the answer names the
 * distribution instead.
 *
 * @throws ImageSpecError E_RESOLVE with uv's own message.
 */
export async function compileRequirements(request: CompileRequest): Promise<CompileAnswer> {
  const { cache, target, signal, warn } = request;
  const { source } = request.step;
  if (source.from !== "requirements") throw new ImageSpecError("E_INTERNAL", `The packages come from ${source.from}`);
  return cache.withScratch(warn, async (folder) => {
    await stage(request, folder);
    const texts = [...request.texts.map(({ text }) => text), source.packages.join("\n")];
    if (request.known !== undefined) await writeFile(join(folder, SETTINGS), metadataSettings(request.known));
    const inputs = source.requirements === undefined ? [] : [source.requirements];
    if (source.packages.length > 0) {
      await writeFile(join(folder, INPUT), `${source.packages.join("\n")}\n`);
      inputs.push(INPUT);
    }
    if (request.installed.length > 0) await writeFile(join(folder, OUTPUT), preferredVersions(request.installed));
    const chosen: ChosenFiles = new Map();
    const unknown = await run(request, folder, { inputs, chosen }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
    if (unknown !== undefined) return { unknown };
    const lock = await readFile(join(folder, OUTPUT), "utf8");
    const allowed = requiredHashes(texts, markerEnvironment(target));
    const found = parsePylock(lock, { tags: wheelTags(target), folder, allowed, chosen, installed: request.installed });
    if (!(requiresHashes(texts) || request.step.extraArgs.includes(REQUIRE_HASHES))) return found;
    const bare = [...found.wheels, ...found.sources].find(({ name }) => !allowed.has(normalName(name)));
    const subject = packageWithoutHash(source.packages) ?? (bare && `${bare.name} ${bare.version ?? ""}`);
    if (subject === undefined) return found;
    throw new ImageSpecError("E_RESOLVE", `${subject} has no hash, and --require-hashes needs one`, {
      hint: "Add its hash to the requirements, for example with: uv pip compile --generate-hashes.",
    });
  });
}

/** Runs uv. Returns what it would have to build, undefined for nothing, and notes in `chosen` which files it takes. */
async function run(
  request: CompileRequest,
  folder: string,
  { inputs, chosen }: { inputs: string[]; chosen: ChosenFiles },
): Promise<string[] | undefined> {
  const python = await standInPython(folder, request.python);
  const log = (line: string) => !noteChoice(line, chosen) && request.log(line, "stderr");
  const { exitCode, tail, command } = await askUv(request, { folder, python, more: inputs, log });
  if (exitCode === 0) return undefined;
  const refused = await python.refused();
  if (refused !== undefined) return refused;
  // A cache that is mounted noexec, or a full disk, is not the fault of the requirements.
  await python.checkPlace();
  const said = tail.filter((line) => !isOfLog(line));
  const unwritable = diskFault(said);
  if (unwritable !== undefined) throw cacheError(request.cache.uvCache, new Error(unwritable));
  const fault = resolutionFailure(said, command, exitCode);
  const named = namedDistributions(said, request.installed);
  if (fault.code !== "E_RESOLVE" || named.length === 0) throw fault;
  // An installation takes a distribution that is there, even one that no index has. This resolution only knows indexes.
  await writeFile(join(folder, INSTALLED), named.map(({ name, version }) => `${name}==${version}\n`).join(""));
  const alone = request.step.extraArgs.includes(NO_DEPS) ? [] : [NO_DEPS];
  const again = await askUv(request, { folder, python, more: [...alone, INSTALLED], log: () => undefined });
  if (again.exitCode === 0) throw fault;
  const message = `The indexes of the spec lack what the base image holds. ${fault.message}`;
  throw new ImageSpecError("E_UNSUPPORTED", message, {
    hint: "Add the index that has it to pipExtraIndexUrl, or build with docker-buildx or kaniko.",
    details: { command, exitCode, tail },
  });
}

/** What differs between two runs of uv in one resolution. */
interface UvQuestion {
  folder: string;
  python: StandInPython;
  more: readonly string[];
  log(line: string): void;
}

function askUv(request: CompileRequest, { folder, python, more, log }: UvQuestion): Promise<ToolResult> {
  const { uv, secrets, cache, signal, known } = request;
  return runTool(uv.path, [...compileArguments(request), "--python", python.path, ...more], {
    cwd: folder,
    env: uvEnvironment(cache.uvCache, {
      ...(known === undefined ? { UV_NO_CONFIG: "1" } : { UV_CONFIG_FILE: join(folder, SETTINGS) }),
      TMPDIR: folder,
      ...PRINT_CHOICES,
      ...secrets.env,
      ...python.env,
    }),
    signal,
    redact: secrets.redact,
    allowFailure: true,
    // uv prints the lock on standard output too.
    onLine: (line, stream) => stream === "stderr" && line !== "" && log(line),
  });
}

/**
 * The arguments that follow from the spec and the image; the Python and the requirement files come after them. Pure.
 */
export function compileArguments({ step, target, fresh }: Pick<CompileRequest, "step" | "target" | "fresh">): string[] {
  const args = ["pip", "compile", "--no-header", "--format", "pylock.toml", "--output-file", OUTPUT];
  args.push("--python-version", target.version, "--python-platform", uvPlatform(target));
  // Without build isolation uv does not fetch build requirements either.
  args.push("--no-build-isolation");
  // uv trusts what it has of an index for ten minutes, and of an address for as long as the server's answer lets it.
  if (fresh) args.push("--refresh");
  if (step.index !== undefined) args.push("--index-url", step.index);
  for (const url of step.extraIndexes) args.push("--extra-index-url", url);
  if (step.torchBackend !== undefined) args.push("--torch-backend", step.torchBackend);
  // The hashes are checked against the result, since uv checks them only when it installs.
  return [...args, ...step.extraArgs.filter((argument) => argument !== REQUIRE_HASHES)];
}

async function stage({ texts }: CompileRequest, folder: string): Promise<void> {
  for (const { path, text } of texts) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}
