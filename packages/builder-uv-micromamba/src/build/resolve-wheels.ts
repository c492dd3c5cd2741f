import { ImageSpecError, openShippedFile, type PackagesStep } from "@imagespec/core/builder";
import pLimit from "p-limit";
import type { InstalledDistribution } from "../base/base-facts.ts";
import { Downloader } from "../fetch/fetch-blob.ts";
import type { PythonTarget } from "../resolve/python-target.ts";
import { recentResolution } from "../resolve/recent-resolution.ts";
import type { ResolvedWheel } from "../resolve/resolved-wheel.ts";
import { secretSettings } from "../resolve/secret-files.ts";
import { compileRequirements } from "../resolve/uv-compile.ts";
import { uvLockWheels } from "../resolve/uv-lock.ts";
import type { Wheel } from "../wheel/wheel-layers.ts";
import type { BuildContext } from "./build-context.ts";

/** Files fetched at once. */
const DOWNLOADS = 8;

/** The wheels of a packages step for a target, each with the way to fetch it into the cache. Throws E_RESOLVE, E_UNSUPPORTED. */
export async function resolveWheels(
  context: BuildContext,
  step: PackagesStep,
  uvImage: string,
  target: PythonTarget,
  installed: readonly InstalledDistribution[],
): Promise<Wheel[]> {
  const { request, cache, signal, blobs } = context;
  const secrets = await secretSettings(step, request.secrets);
  const { source } = step;
  let resolved: ResolvedWheel[];
  if (source.from === "uv-lock") resolved = uvLockWheels(await readShipped(context, source.lock), target, source.lock);
  else {
    const { files, force } = request;
    const compile = async () => {
      const uv = await context.uv(uvImage);
      const { log } = context;
      return compileRequirements({ uv, step, target, files, secrets, installed, cache, signal, onLine: log });
    };
    const question = { step, target, files, installed };
    resolved = await recentResolution(context.records, question, compile, { fresh: force });
  }
  const downloader = new Downloader(blobs, secrets.logins);
  context.running.add(() => downloader.close());
  const limit = pLimit(DOWNLOADS);
  return Promise.all(resolved.map((wheel) => limit(() => toWheel(wheel, downloader, blobs.path.bind(blobs), signal))));
}

async function toWheel(
  wheel: ResolvedWheel,
  downloader: Downloader,
  path: (digest: string) => string,
  signal: AbortSignal,
): Promise<Wheel> {
  const { name, version, filename, url } = wheel;
  let { sha256, size } = wheel;
  if (sha256 === undefined || size === undefined) {
    // An index without hashes or sizes: only the file itself tells.
    const fetched = await downloader.fetch({ url, subject: filename, sha256, size }, signal);
    sha256 = fetched.digest.slice("sha256:".length);
    size = fetched.size;
  }
  const wanted = { url, subject: filename, sha256, size };
  return {
    name,
    version,
    filename,
    sha256,
    size,
    fetch: async (abort) => path((await downloader.fetch(wanted, abort)).digest),
  };
}

async function readShipped(context: BuildContext, path: string): Promise<string> {
  const file = context.request.files.find((shipped) => shipped.path === path);
  if (file?.type !== "file") throw new ImageSpecError("E_INTERNAL", `The plan names ${path}, which is not shipped`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of openShippedFile(file)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
