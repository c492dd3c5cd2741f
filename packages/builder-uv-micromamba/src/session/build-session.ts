import { type BuildRequest, ImageSpecError, isImageSpecError } from "@imagespec/core/builder";
import { HttpTransport, parseReference, RegistryClient, untilAborted } from "@imagespec/registry";
import { authorityFiles } from "@imagespec/registry/terms";
import type { BaseImage } from "../base/base-image.ts";
import { readBase } from "../base/read-base.ts";
import { BlobStore } from "../cache/blob-store.ts";
import { CacheFolder } from "../cache/cache-folder.ts";
import { inTurn, type Turns } from "../cache/in-turn.ts";
import { RecordStore } from "../cache/record-store.ts";
import type { RegistryRecords } from "../cache/registry-records.ts";
import { LayerCache } from "../layer/layer-cache.ts";
import type { LayerRegistry } from "../layer/layer-registry.ts";
import type { Options } from "../options.ts";
import { checkUvVersion, findUv, type UvProgram, uvVersion, versionOfImage } from "./find-uv.ts";

const UV_PATHS = ["/uv", "/usr/local/bin/uv", "/usr/bin/uv"];

/** What all parts of one build share. {@link close} ends it, together with all work that was started in it. */
export interface BuildSession {
  readonly request: BuildRequest<Options>;
  readonly options: Options;
  readonly cache: CacheFolder;
  readonly blobs: BlobStore;
  readonly records: RecordStore;
  /** The records that machines share, where the build pushes and the option `cacheRepository` is set. */
  readonly shared: RegistryRecords | undefined;
  readonly layers: LayerCache;
  readonly registry: RegistryClient;
  /** For downloads from package indexes and channels. */
  readonly http: HttpTransport;
  /** Aborted when the build is cancelled, has failed or is over. */
  readonly signal: AbortSignal;
  /** The base for one platform, read when it is first asked for. */
  base(platform: string): Promise<BaseImage>;
  /** uv, found once for all callers when the first one asks. `signal` ends only the wait of this call. */
  uv(image: string, signal?: AbortSignal): Promise<UvProgram>;
  /** The result of work that parts of the build share. The first one to ask for it by its name starts it. */
  once<T>(name: string, start: () => Promise<T>): Promise<T>;
  /** Work that other builds of the builder may be at under the same name: one after the other, see {@link inTurn}. */
  alone<T>(name: string, work: () => Promise<T>): Promise<T>;
  log(line: string, stream?: "stdout" | "stderr"): void;
  warn(message: string, hint?: string): void;
  /** Makes {@link close} wait for work that nothing else awaits. */
  track(work: Promise<unknown>): void;
  /** Aborts the work that is still under way, waits until it has ended, and closes the connections that are its own. */
  close(): Promise<void>;
}

/**
 * Opens the cache and the clients for a build. `turns` holds what the builder's other builds are working at.
 *
 * @throws ImageSpecError E_CACHE, and E_INPUT_FILE for certificates of this machine that cannot be read.
 */
export async function openSession(request: BuildRequest<Options>, turns: Turns = new Map()): Promise<BuildSession> {
  const { options } = request;
  const cache = new CacheFolder();
  // As in every builder: whether something will need the certificates shows only later.
  await authorityFiles(process.env);
  await cache.open();
  const blobs = new BlobStore(cache);
  const { credentials, mirrors, client } = request;
  const registry = client ?? new RegistryClient({ credentials, mirrors });
  const http = new HttpTransport();
  const over = new AbortController();
  const signal = AbortSignal.any([request.signal, over.signal]);
  const tracked = new Set<Promise<unknown>>();
  const track = (work: Promise<unknown>) => {
    tracked.add(work.catch(() => {}));
  };
  const warn = (message: string, hint?: string) => request.emit({ type: "warning", message, hint });
  const { shared, held } = await openShared(request, { registry, signal, warn });
  const records = new RecordStore(cache, { shared, turns, signal });

  const layers = new LayerCache(blobs, records, { registry: held, turns });
  const started = new Map<string, Promise<unknown>>();
  const once = <T>(name: string, start: () => Promise<T>): Promise<T> => {
    const known = started.get(name);
    if (known !== undefined) return known as Promise<T>;
    // Nothing would wait for work that begins after the end.
    const work = signal.aborted ? Promise.reject(signal.reason) : start();
    started.set(name, work);
    track(work);
    return work;
  };
  return {
    request,
    options,
    cache,
    blobs,
    records,
    registry,
    http,
    signal,
    shared,
    layers,
    base: (platform) =>
      once(`base for ${platform}`, () => readBase(request.plan.base, platform, { registry, mirrors, signal })),
    uv(image, waiting = signal) {
      const access = { option: options.uv, blobs, records, registry, signal };
      return untilAborted(
        once("uv", () => findOrFetchUv(image, access)),
        waiting,
      );
    },
    once,
    alone: (name, work) => inTurn(turns, name, signal, work),
    log: (line, stream = "stderr") => request.emit({ type: "log", stream, line }),
    warn,
    track,
    async close() {
      over.abort();
      await Promise.all(tracked);
      await Promise.all([client === undefined && registry.close(), http.close(), layers.close()]);
    },
  };
}

/** The uv of the option or on PATH, if it has the version of `image`; else the one taken from that image. */
async function findOrFetchUv(
  image: string,
  {
    option,
    ...access
  }: { option: string | undefined } & Pick<BuildSession, "blobs" | "records" | "registry" | "signal">,
): Promise<UvProgram> {
  const host = await findUv(option, image, access);
  if (host !== undefined) return host;
  const { programFromImage } = await import("./program-from-image.ts");
  const path = await programFromImage({ image, paths: UV_PATHS, ...access }).catch((cause: unknown) => {
    if (!isImageSpecError(cause) || !cause.code.startsWith("E_REGISTRY")) throw cause;
    const message = `uv is not on PATH in the version of ${image}, and cannot be fetched: ${cause.message}`;
    throw new ImageSpecError("E_TOOL_MISSING", message, { hint: uvCure(image), cause });
  });
  const version = await uvVersion(path, access);
  if (version === undefined)
    throw new ImageSpecError("E_TOOL_MISSING", `The uv of ${image} does not run on this machine`, {
      hint: uvCure(image),
    });
  checkUvVersion(version, image);
  return { path, version };
}

function uvCure(image: string): string {
  const version = versionOfImage(image);
  return version === undefined
    ? "Set builderConfig.uvImage to an image that this machine reaches."
    : `Put uv ${version} on PATH, or set builderConfig.uvImage to an image that this machine reaches.`;
}

/** Access to the records that machines share, and to the layers that the image's own repository holds. */
async function openShared(
  { options, target, plan }: BuildRequest<Options>,
  { registry, signal, warn }: Pick<BuildSession, "registry" | "signal" | "warn">,
): Promise<{ shared?: RegistryRecords; held?: LayerRegistry }> {
  const { cacheRepository } = options;
  if (cacheRepository === undefined || !target.push) return {};
  const { RegistryRecords } = await import("../cache/registry-records.ts");
  const { LayerRegistry } = await import("../layer/layer-registry.ts");
  const { platforms } = target;
  const reference = parseReference(plan.reference);
  const repository = registry.repository(cacheRepository, { mirror: false, access: "push" });
  return {
    shared: new RegistryRecords({ repository, image: reference.repository, platforms, signal, warn }),
    held: new LayerRegistry(registry.repository(reference, { mirror: false }), signal),
  };
}
