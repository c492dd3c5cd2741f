import { type EnvironmentStep, ImageSpecError, runTool, throughAddressMirror } from "@imagespec/core/builder";
import { inParallel } from "@imagespec/registry/terms";
import { Downloader } from "../cache/downloader.ts";
import { statedHash } from "../cache/stated-hash.ts";
import { CondaArchive } from "../conda/conda-archive.ts";
import { type CondaTarget, condaFiles } from "../conda/conda-entries.ts";
import { condaLayers, type FetchPackage } from "../conda/conda-layers.ts";
import type { CondaPackage, CondaSolver } from "../conda/conda-package.ts";
import { type CondaPackageContents, readCondaContents } from "../conda/package-contents.ts";
import { rattlerVersion, recentSolution } from "../conda/recent-solution.ts";
import { resolveConda } from "../conda/resolve-conda.ts";
import { solveThroughMirrors } from "../conda/solve-through-mirrors.ts";
import { solveWithMicromamba } from "../conda/solve-with-micromamba.ts";
import { solveWithRattler } from "../conda/solve-with-rattler.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { InstalledFile } from "../wheel/path-conflicts.ts";
import type { EmptyEnvironment, EnvironmentQuestion } from "./empty-environment.ts";

/** Packages fetched and listed at once. */
const PARALLEL = 8;

type CondaStep = Extract<EnvironmentStep, { manager: "conda" }>;

/**
 * Solves a plan's conda environment for the base's platform and says which layers it has.
 *
 * @throws ImageSpecError E_RESOLVE, E_UNSUPPORTED.
 */
export async function condaEnvironment(
  session: BuildSession,
  step: CondaStep,
  { base, inspector, limit }: EnvironmentQuestion,
): Promise<EmptyEnvironment> {
  if ((await inspector.environment()) !== undefined)
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `${base.name} has an environment to which conda packages cannot be added`,
      {
        hint: "Build with docker-buildx or kaniko, where micromamba extends it, or put all conda packages on the base.",
        details: { parameter: "condaPackages" },
      },
    );
  const downloader = new Downloader(session.http, session.blobs, session.request.emit);
  const { packages, target } = await resolveConda(
    {
      prefix: step.prefix,
      packages: step.packages,
      channels: step.channels,
      pythonVersion: step.pythonVersion,
      architecture: base.platform.architecture,
      machine: { libc: await inspector.libc(), env: base.config.config?.Env ?? [] },
    },
    await chooseSolver(session, step, downloader),
    session.signal,
  );
  const fetchPackage = packageFetcher(session, downloader, mirrored(step));
  const limits = { most: PARALLEL, signal: session.signal };
  const contents = await inParallel(packages, limits, (pack, signal) =>
    contentsOf(session, { pack, target, signal }, fetchPackage),
  );
  reportLinkScripts(session, packages, contents);
  return {
    layers: condaLayers(
      packages.map((pack, at) => ({ pack, files: contents[at]?.files ?? [] })),
      { target, limit, fetchPackage, warn: session.warn },
    ),
    prefix: step.prefix,
    python: target.python && {
      path: `${step.prefix}/bin/python${target.python.minor}`,
      minor: target.python.minor,
      version: packages.find(({ record }) => record.name === "python")?.record.version,
    },
    distributions: contents.flatMap(({ distributions }) => distributions),
  };
}

/** Where an address is fetched from: records name the channel itself. */
function mirrored({ mirrors = {} }: CondaStep): (url: string) => string {
  return (url) => throughAddressMirror(url, mirrors);
}

/**
 * Fetches packages, checked by what their channels state. Where a channel states no sha256, the record gets it once the
 * package is here.
 */
function packageFetcher(
  { blobs }: BuildSession,
  downloader: Downloader,
  through: (url: string) => string,
): FetchPackage {
  return async ({ record, url, fn }, signal) => {
    const hashes = (["sha256", "md5"] as const).flatMap((kind) => {
      const hex = record[kind];
      return typeof hex === "string" ? [statedHash(kind, hex, fn)] : [];
    });
    const size = record.size ?? undefined;
    const { digest } = await downloader.fetch({ url: through(url), subject: fn, hashes, size }, signal);
    record.sha256 ??= digest.slice("sha256:".length);
    return blobs.path(digest);
  };
}

/**
 * rattler, which this package brings in one version for every machine, unless the option `micromamba` names a solver.
 */
async function chooseSolver(session: BuildSession, step: CondaStep, downloader: Downloader): Promise<CondaSolver> {
  const { options, signal, cache, warn, records } = session;
  const { micromamba } = options;
  const through = mirrored(step);
  if (micromamba === undefined) {
    const solver = solveWithRattler((url, limit, abort) => downloader.bytes(through(url), limit, abort));
    const version = rattlerVersion();
    const { force } = session.request;
    return version === undefined ? solver : recentSolution(solver, { records, version, mirrors: step.mirrors, force });
  }
  const version = await runTool(micromamba, ["--version"], { signal, errorCode: "E_TOOL_MISSING" });
  session.log(`conda packages are solved by micromamba ${version.stdout.trim()} (${micromamba})`);
  return (request) =>
    cache.withScratch(warn, (scratch) => {
      const surroundings = { env: process.env, scratch, packages: cache.path("conda-pkgs") };
      return solveThroughMirrors(solveWithMicromamba(micromamba, surroundings), through)(request);
    });
}

/** What must be known of a package, and what it lays into the prefix. */
interface ListedContents extends CondaPackageContents {
  files: InstalledFile[];
}

async function contentsOf(
  session: BuildSession,
  { pack, target, signal }: { pack: CondaPackage; target: CondaTarget; signal: AbortSignal },
  fetchPackage: FetchPackage,
): Promise<ListedContents> {
  // Where the channel states no sha256, the file itself must be fetched to know what goes into the layer.
  if (typeof pack.record.sha256 !== "string") await fetchPackage(pack, signal);
  const key = { package: pack.record.sha256, fn: pack.fn, target, contents: 3 };
  return session.records.known("conda-packages", key, async () => {
    const archive = new CondaArchive(await fetchPackage(pack, signal), pack.fn);
    return { ...(await readCondaContents(archive, pack)), files: await condaFiles(pack, archive, target) };
  });
}

function reportLinkScripts(
  session: BuildSession,
  packages: readonly CondaPackage[],
  contents: readonly CondaPackageContents[],
): void {
  const names = packages.filter((_, at) => (contents[at]?.linkScripts.length ?? 0) > 0).map(({ fn }) => fn);
  if (names.length === 0) return;
  const message = `${names.join(", ")}: link scripts of conda packages are not run by this builder`;
  const hint = "Build with docker-buildx or kaniko where the scripts matter.";
  if (session.options.strict)
    throw new ImageSpecError("E_UNSUPPORTED", message, { hint, details: { parameter: "condaPackages" } });
  session.warn(message, hint);
}
