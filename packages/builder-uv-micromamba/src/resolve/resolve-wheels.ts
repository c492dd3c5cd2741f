import { ImageSpecError, openShippedFile, type PackagesStep } from "@imagespec/core/builder";
import pLimit from "p-limit";
import type { InstalledDistribution } from "../base/base-inspector.ts";
import { Downloader } from "../cache/downloader.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { Wheel } from "../wheel/wheel-layers.ts";
import { lockedDistributions } from "./locked-wheels.ts";
import { sourceOnly } from "./pylock.ts";
import type { PythonTarget } from "./python-target.ts";
import { recentResolution } from "./recent-resolution.ts";
import type { ResolvedWheel } from "./resolved-wheel.ts";
import { secretSettings } from "./secret-files.ts";
import { compileRequirements } from "./uv-compile.ts";
import { uvLockWheels } from "./uv-lock.ts";

/** Files fetched at once. */
const DOWNLOADS = 8;

/** What is asked for, and what it must fit. */
export interface WheelsQuestion {
  step: PackagesStep;
  uvImage: string;
  target: PythonTarget;
  /** What the environment holds already. */
  installed: readonly InstalledDistribution[];
  /** Ends this resolution alone; the session's by default. */
  signal?: AbortSignal | undefined;
}

/** The wheels of a packages step for a target, each with the way to fetch it into the cache. Throws E_RESOLVE, E_UNSUPPORTED. */
export async function resolveWheels(session: BuildSession, question: WheelsQuestion): Promise<Wheel[]> {
  const { request, cache, blobs, log, warn } = session;
  const { step, uvImage, target, installed, signal = session.signal } = question;
  const secrets = await secretSettings(step, request.secrets);
  const { source } = step;
  let resolved: ResolvedWheel[];
  if (source.from === "uv-lock") {
    const [lock, pyproject] = [await readShipped(session, source.lock), await readShipped(session, source.pyproject)];
    resolved = uvLockWheels(lock, pyproject, target, source.lock);
  } else if (source.from === "pylock") {
    const { wheels, sources } = lockedDistributions(await readShipped(session, source.lock), target, source.lock);
    const [first] = sources;
    if (first !== undefined) throw sourceOnly(`${first.name} ${first.version ?? ""}`.trim());
    resolved = wheels;
  } else {
    const { files, force } = request;
    const compile = async () => {
      const uv = await session.uv(uvImage, signal);
      return compileRequirements({ uv, step, target, files, secrets, installed, cache, signal, log, warn });
    };
    const asked = { step, target, files, installed };
    resolved = await recentResolution(session.records, asked, compile, { fresh: force });
  }
  const downloader = new Downloader(session.http, blobs, session.request.emit, secrets.logins);
  const limit = pLimit(DOWNLOADS);
  return Promise.all(resolved.map((wheel) => limit(() => toWheel(session, wheel, downloader, signal))));
}

async function toWheel(
  { blobs, records }: BuildSession,
  wheel: ResolvedWheel,
  downloader: Downloader,
  signal: AbortSignal,
): Promise<Wheel> {
  const { name, version, filename, url, hashes, oneOf, size } = wheel;
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
    fetch: async (abort) => blobs.path((await downloader.fetch(whole, abort)).digest),
  };
}

async function readShipped(session: BuildSession, path: string): Promise<string> {
  const file = session.request.files.find((shipped) => shipped.path === path);
  if (file?.type !== "file") throw new ImageSpecError("E_INTERNAL", `The plan names ${path}, which is not shipped`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of openShippedFile(file)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
