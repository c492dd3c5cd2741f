import { createRequire } from "node:module";
import {
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  ImageSpecError,
  isImageSpecError,
  type Probe,
  type Unsupported,
} from "@imagespec/core/builder";
import { assembleImage } from "./build/assemble.ts";
import { type BuildContext, buildContext } from "./build/build-context.ts";
import { makeLayers } from "./build/make-layers.ts";
import { type PlatformImage, platformImage } from "./build/platform-image.ts";
import { evict } from "./cache/evict.ts";
import { createdTime, imageConfig } from "./image/image-config.ts";
import { type Options, optionsSchema } from "./options.ts";
import { deliver } from "./output/deliver.ts";
import { unsupported } from "./unsupported.ts";
import { findUv, type UvProgram } from "./uv/find-uv.ts";

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };

/** Builds images without a daemon: uv resolves, layers are written here, and only what the registry lacks is pushed. */
export class UvMicromambaBuilder extends ImageSpecBuilder<Options> {
  override readonly builderType = "uv-micromamba";
  override readonly optionsSchema = optionsSchema;

  /** What the last probe found: a build right after it need not look again. */
  #probed: { option: string | undefined; uv: UvProgram } | undefined;

  override supports(request: BuildRequest<Options>): Unsupported[] {
    return unsupported(request);
  }

  override async probe(request: BuildRequest<Options>): Promise<Probe> {
    if (process.platform === "win32")
      return { usable: false, reason: "it runs on Linux and macOS", hint: "run it there, or use docker-buildx" };
    const { uv: option } = request.options;
    try {
      const uv = await findUv(option, AbortSignal.timeout(1500));
      this.#probed = uv && { option, uv };
      if (uv !== undefined) return { usable: true, detail: `uv ${uv.version} (${uv.path})` };
      return { usable: true, detail: "uv comes out of its image" };
    } catch (error) {
      const reason = (error as Error).message;
      return { usable: false, reason, hint: isImageSpecError(error) ? (error.hint ?? "") : "" };
    }
  }

  override async buildImage(request: BuildRequest<Options>): Promise<BuildResult> {
    const created = createdTime(process.env.SOURCE_DATE_EPOCH);
    if (created === undefined)
      throw new ImageSpecError(
        "E_OPTIONS",
        `SOURCE_DATE_EPOCH is not a number of seconds: ${process.env.SOURCE_DATE_EPOCH}`,
        {
          hint: "set it to seconds since 1970, for example: $(git log -1 --format=%ct)",
        },
      );
    const { uv } = request.options;
    const context = await buildContext(request, this.#probed?.option === uv ? this.#probed?.uv : undefined);
    try {
      return await build(context, created);
    } catch (error) {
      if (request.signal.aborted && !isImageSpecError(error, "E_ABORTED"))
        throw new ImageSpecError("E_ABORTED", `The build of ${request.plan.reference} was cancelled`, { cause: error });
      throw error;
    } finally {
      await Promise.all([...context.running].map((end) => end()));
      await context.registry.close();
    }
  }
}

async function build(context: BuildContext, created: string): Promise<BuildResult> {
  const { request, options } = context;
  const { plan, target } = request;
  const images = await settle(target.platforms.map((platform) => platformImage(context, platform)));
  const layers = await makeLayers(context, images);
  const assembled = images.map((image, at) => {
    const built = layers[at] ?? [];
    const settings = { environment: image.environment, builder: `uv-micromamba@${version}`, created };
    return assembleImage(image.base, built, imageConfig(image.base, plan, built, settings));
  });
  const result = await deliver(context, assembled);
  await evict(context.cache, options.cacheBytes);
  return result;
}

/** All of them, or the first error once none is under way any more. */
async function settle(images: Promise<PlatformImage>[]): Promise<PlatformImage[]> {
  await Promise.allSettled(images);
  return Promise.all(images);
}

/** What the engine loads: a fresh builder. */
export default function makeBuilder(): UvMicromambaBuilder {
  return new UvMicromambaBuilder();
}
