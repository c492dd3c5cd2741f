import { type BuildRequest, ImageSpecError } from "@imagespec/core/builder";
import { RegistryClient } from "@imagespec/registry";
import { BlobStore } from "../cache/blob-store.ts";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import { LayerCache } from "../layer/layer-cache.ts";
import type { Options } from "../options.ts";
import { findUv, type UvProgram, uvVersion } from "../uv/find-uv.ts";
import { programFromImage } from "../uv/uv-from-image.ts";

/** What all parts of one build use. */
export interface BuildContext {
  request: BuildRequest;
  options: Options;
  cache: CacheFolder;
  blobs: BlobStore;
  records: RecordStore;
  layers: LayerCache;
  registry: RegistryClient;
  signal: AbortSignal;
  /** What goes on beside the build, each by the way to end it. */
  running: Set<() => Promise<void>>;
  /** uv, looked for when it is first needed. */
  uv(image: string): Promise<UvProgram>;
  log(line: string, stream?: "stdout" | "stderr"): void;
}

/** Opens the cache and a registry client for a build. `probed` is a uv that is known to do. Throws E_CACHE. */
export async function buildContext(request: BuildRequest<Options>, probed?: UvProgram): Promise<BuildContext> {
  const options = request.options;
  const cache = new CacheFolder();
  await cache.open();
  const blobs = new BlobStore(cache);
  const records = new RecordStore(cache);
  const registry = new RegistryClient({ credentials: request.credentials, mirrors: request.mirrors });
  const { signal } = request;
  let found: Promise<UvProgram> | undefined;
  return {
    request,
    options,
    cache,
    blobs,
    records,
    registry,
    signal,
    running: new Set(),
    layers: new LayerCache(blobs, records),
    uv(image) {
      found ??= (async () => {
        const host = probed ?? (await findUv(options.uv, signal));
        if (host !== undefined) return host;
        const path = await programFromImage(
          image,
          ["/uv", "/usr/local/bin/uv", "/usr/bin/uv"],
          { blobs, records },
          registry,
          signal,
        );
        const version = await uvVersion(path, signal);
        if (version !== undefined) return { path, version };
        throw new ImageSpecError("E_TOOL_MISSING", `The uv of ${image} does not run on this machine`, {
          hint: "install uv and put it on PATH, or set builderConfig.uvImage",
        });
      })();
      return found;
    },
    log: (line, stream = "stderr") => request.emit({ type: "log", stream, line }),
  };
}
