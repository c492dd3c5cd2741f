import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ImageSpecError } from "@imagespec/core/builder";
import { inParallel } from "@imagespec/registry/terms";
import type { CondaPackage, CondaSolver, VirtualPackage } from "./conda-package.ts";
import { specName, splitSpec } from "./match-spec.ts";
import { type Candidate, type ChannelData, mergeChannels } from "./merge-channels.ts";
import { type Download, fetchRepodata, type Repodata } from "./repodata.ts";
import { solverRecord } from "./solver-record.ts";

/**
 * Solves in this process with rattler (WASM). rattler knows neither channel priority nor virtual packages, so it is
 * given one channel, served on loopback for the length of the call, that holds just the records it may use; virtual
 * packages go in as installed ones.
 */
export function solveWithRattler(download: Download): CondaSolver {
  return async ({ specs: asked, channels, subdir, virtualPackages, signal }) => {
    const data = await inParallel(channels, { most: channels.length, signal }, (channel, either) =>
      channelData(channel, subdir, download, either),
    );
    const specs = withPip(asked, data);
    const candidates = mergeChannels(data, specs);
    const { simpleSolve } = await import("@conda-org/rattler");
    await using server = await serve(candidates, subdir);
    signal.throwIfAborted();
    let solved: Awaited<ReturnType<typeof simpleSolve>>;
    try {
      solved = await simpleSolve(
        // The channels have been applied already.
        specs.map((spec) => splitSpec(spec).bare),
        [server.url],
        [subdir, "noarch"] as Parameters<typeof simpleSolve>[2],
        virtualPackages.map((virtual) => lockedRecord(virtual, subdir, server.url)),
      );
    } catch (error) {
      // rattler throws strings.
      const words = error instanceof Error ? error.message : String(error);
      throw new ImageSpecError("E_RESOLVE", `conda packages for ${subdir} cannot be resolved: ${words}`, {
        hint: `Check names, versions and condaChannels; the request was ${specs.join(", ")} from ${channels.join(", ")}.`,
      });
    }
    const byFile = new Map(candidates.map((candidate) => [`${candidate.subdir}/${candidate.fn}`, candidate]));
    return solved
      .filter((item) => !item.packageName.startsWith("__"))
      .map((item) => toPackage(byFile.get(`${item.subdir}/${item.filename}`), item.filename));
  };
}

/** micromamba adds pip to an environment for which python is asked by name; here it need not be in the channels. */
function withPip(specs: readonly string[], data: readonly ChannelData[]): string[] {
  const isAdded =
    specs.some((spec) => specName(spec) === "python") &&
    data.some(({ subdirs }) => [...subdirs.values()].some(holdsPip));
  return isAdded ? [...specs, "pip"] : [...specs];
}

function holdsPip({ records }: Repodata): boolean {
  for (const { name } of records.values()) if (name === "pip") return true;
  return false;
}

async function channelData(
  channel: string,
  subdir: string,
  download: Download,
  signal: AbortSignal,
): Promise<ChannelData> {
  const [arch, noarch] = await inParallel([subdir, "noarch"], { most: 2, signal }, (one, either) =>
    fetchRepodata(channel, one, download, either),
  );
  if (arch === undefined && noarch === undefined)
    throw new ImageSpecError("E_RESOLVE", `${channel} is not a conda channel: it has neither ${subdir} nor noarch`, {
      hint: "Check condaChannels.",
    });
  const subdirs = new Map<string, NonNullable<typeof arch>>();
  if (arch !== undefined) subdirs.set(subdir, arch);
  if (noarch !== undefined) subdirs.set("noarch", noarch);
  return { channel, subdirs };
}

function toPackage(candidate: Candidate | undefined, filename: string): CondaPackage {
  if (candidate === undefined)
    throw new ImageSpecError("E_INTERNAL", `The solver chose a package it was not given: ${filename}`);
  return candidate;
}

function lockedRecord({ name, version, build = "0" }: VirtualPackage, subdir: string, url: string): object {
  const filename = `${name}-${version}-${build}.conda`;
  return {
    packageName: name,
    version,
    build,
    buildNumber: 0,
    filename,
    url: `${url}/${subdir}/${filename}`,
    repoName: url,
    subdir,
    depends: [],
  };
}

async function serve(candidates: readonly Candidate[], subdir: string): Promise<AsyncDisposable & { url: string }> {
  const bodies = new Map<string, string>();
  for (const folder of [subdir, "noarch"]) bodies.set(`/${folder}/repodata.json`, repodataJson(candidates, folder));
  const server = createServer((request, response) => {
    const body = bodies.get(request.url ?? "");
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function repodataJson(candidates: readonly Candidate[], subdir: string): string {
  const packages: Record<string, unknown> = {};
  const modern: Record<string, unknown> = {};
  for (const candidate of candidates) {
    if (candidate.subdir !== subdir) continue;
    const record = solverRecord(candidate.record);
    if (record !== undefined)
      (candidate.fn.endsWith(".conda") ? modern : packages)[candidate.fn] = { ...record, subdir };
  }
  return JSON.stringify({ info: { subdir }, packages, "packages.conda": modern, repodata_version: 1 });
}
