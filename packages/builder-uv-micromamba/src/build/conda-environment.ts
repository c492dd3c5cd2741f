import { type EnvironmentStep, ImageSpecError, runTool } from "@imagespec/core/builder";
import type { BaseFacts, BasePython, InstalledDistribution } from "../base/base-facts.ts";
import type { BaseImage } from "../base/base-image.ts";
import { CondaArchive } from "../conda/conda-archive.ts";
import { archiveHash, condaLayers, type FetchPackage } from "../conda/conda-layers.ts";
import type { CondaPackage, CondaSolver } from "../conda/conda-package.ts";
import { type CondaPackageFacts, readCondaFacts } from "../conda/package-facts.ts";
import { resolveConda } from "../conda/resolve-conda.ts";
import { solveWithMicromamba } from "../conda/solve-with-micromamba.ts";
import { solveWithRattler } from "../conda/solve-with-rattler.ts";
import { Downloader } from "../fetch/fetch-blob.ts";
import type { LayerSource } from "../layer/layer-source.ts";
import { onPath } from "../uv/find-uv.ts";
import type { BuildContext } from "./build-context.ts";

type CondaStep = Extract<EnvironmentStep, { manager: "conda" }>;

export interface CondaEnvironment {
  layers: LayerSource[];
  /** Absolute. */
  prefix: string;
  /** Undefined in an environment without Python. */
  python: BasePython | undefined;
  /** Python distributions that came with the conda packages. */
  distributions: InstalledDistribution[];
}

/** Solves a plan's conda environment for the base's platform and says which layers it has. Throws E_RESOLVE, E_UNSUPPORTED. */
export async function condaEnvironment(
  context: BuildContext,
  step: CondaStep,
  base: BaseImage,
  facts: BaseFacts,
  limit: number,
): Promise<CondaEnvironment> {
  if ((await facts.environment()) !== undefined)
    throw new ImageSpecError(
      "E_UNSUPPORTED",
      `${base.name} has an environment, which conda packages cannot be added to`,
      {
        hint: "build with docker-buildx or kaniko, where micromamba extends it, or put all conda packages on the base",
        details: { parameter: "condaPackages" },
      },
    );
  const downloader = new Downloader(context.blobs, []);
  context.running.add(() => downloader.close());
  const { os, architecture } = base.platform;
  const { packages, target } = await resolveConda(
    {
      prefix: step.prefix,
      packages: step.packages,
      channels: step.channels,
      pythonVersion: step.pythonVersion,
      platform: `${os}/${architecture}`,
      facts: { libc: await facts.libc(), env: environmentOf(base) },
    },
    await chooseSolver(context, downloader),
    process.env,
    context.signal,
  );
  const fetchPackage: FetchPackage = async ({ record, url, fn }, signal) => {
    const { digest } = await downloader.fetch({ url, subject: fn, sha256: record.sha256, size: record.size }, signal);
    return context.blobs.path(digest);
  };
  const known = await Promise.all(packages.map((pack) => factsOf(context, pack, fetchPackage)));
  reportLinkScripts(context, packages, known);
  return {
    layers: condaLayers(packages, target, limit, fetchPackage),
    prefix: step.prefix,
    python: target.python && {
      path: `${step.prefix}/bin/python${target.python.minor}`,
      minor: target.python.minor,
      version: packages.find(({ record }) => record.name === "python")?.record.version,
    },
    distributions: known.flatMap(({ distributions }) => distributions),
  };
}

async function chooseSolver(context: BuildContext, downloader: Downloader): Promise<CondaSolver> {
  const { options, signal, cache } = context;
  const micromamba = options.micromamba ?? (await onPath("micromamba"));
  if (micromamba === undefined) return solveWithRattler((url, abort) => downloader.bytes(url, abort));
  const version = await runTool(micromamba, ["--version"], { signal, errorCode: "E_TOOL_MISSING" });
  context.log(`conda packages are solved by micromamba ${version.stdout.trim()} (${micromamba})`);
  return solveWithMicromamba(micromamba, process.env, cache.path("conda-pkgs"));
}

async function factsOf(
  context: BuildContext,
  pack: CondaPackage,
  fetchPackage: FetchPackage,
): Promise<CondaPackageFacts> {
  const key = { package: archiveHash(pack), facts: 1 };
  const known = await context.records.get<CondaPackageFacts>("conda-packages", key);
  if (known !== undefined) return known;
  const facts = await readCondaFacts(
    new CondaArchive(await fetchPackage(pack, context.signal), pack.fn),
    pack.record.name,
  );
  await context.records.set("conda-packages", key, facts);
  return facts;
}

function reportLinkScripts(
  context: BuildContext,
  packages: readonly CondaPackage[],
  known: readonly CondaPackageFacts[],
): void {
  const names = packages.filter((_, at) => (known[at]?.linkScripts.length ?? 0) > 0).map(({ fn }) => fn);
  if (names.length === 0) return;
  const message = `${names.join(", ")}: link scripts of conda packages are not run by this builder`;
  const hint = "build with docker-buildx or kaniko where the scripts matter";
  if (context.options.strict)
    throw new ImageSpecError("E_UNSUPPORTED", message, { hint, details: { parameter: "condaPackages" } });
  context.request.emit({ type: "warning", message, hint });
}

function environmentOf(base: BaseImage): Record<string, string> {
  const pairs = (base.config.config?.Env ?? []).map((line) => [
    line.slice(0, line.indexOf("=")),
    line.slice(line.indexOf("=") + 1),
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}
