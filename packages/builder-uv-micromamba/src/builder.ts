import { setImmediate as turn } from "node:timers/promises";
import {
  abortedError,
  type BuildRequest,
  type BuildResult,
  ImageSpecBuilder,
  isImageSpecError,
  lazySchema,
  type Probe,
  type Unsupported,
} from "@imagespec/core/builder";
import { packageVersion } from "@imagespec/registry/terms";
import type { Turns } from "./cache/in-turn.ts";
import { DEFAULT_OPTIONS } from "./default-options.ts";
import { createdTime } from "./image/image-config.ts";
import type { Options } from "./options.ts";
import { probe } from "./probe.ts";
import { supports } from "./supports.ts";

/** Builds images without a daemon: uv resolves, layers are written here, and only what the registry lacks is pushed. */
export class UvMicromambaBuilder extends ImageSpecBuilder<Options> {
  override readonly builderType = "uv-micromamba";
  override readonly optionsSchema = lazySchema(
    async () => (await import("./options.ts")).optionsSchema,
    DEFAULT_OPTIONS,
  );
  /** What its builds are working at, so that none does what another one is doing. */
  readonly #turns: Turns = new Map();

  override supports(request: BuildRequest<Options>): Unsupported[] {
    return supports(request);
  }

  override async probe(request: BuildRequest<Options>): Promise<Probe> {
    return probe(request.options.uv, uvImageOf(request.plan));
  }

  /**
   * @throws ImageSpecError E_OPTIONS for a SOURCE_DATE_EPOCH that is not a number of seconds, E_UNSUPPORTED for what
   * only shows while reading base and packages, E_RESOLVE, E_NO_PYTHON, E_CACHE, E_ABORTED, and the registry's codes.
   */
  override async buildImage(request: BuildRequest<Options>): Promise<BuildResult> {
    const created = createdTime(process.env);
    // An image that exists is found without what builds it.
    const { openSession } = await import("./session/build-session.ts");
    const session = await openSession(request, this.#turns);
    try {
      // The base's registry answers while the rest of what builds is loaded, which lets no request go out.
      for (const platform of request.target.platforms) void session.base(platform);
      await turn();
      const { build } = await import("./build.ts");
      return await build(
        session,
        `uv-micromamba@${packageVersion(new URL("../package.json", import.meta.url))}`,
        created,
      );
    } catch (error) {
      if (request.signal.aborted && !isImageSpecError(error, "E_ABORTED"))
        throw abortedError(`The build of ${request.plan.reference}`, error);
      throw error;
    } finally {
      await session.close();
    }
  }
}

/** The image of the uv that a plan's steps use, the same in all of them; undefined where none does. */
function uvImageOf({ steps }: BuildRequest["plan"]): string | undefined {
  return steps.environment?.uvImage ?? steps.commands?.uvImage;
}

/** What the engine loads: a fresh builder. */
export default function makeBuilder(): UvMicromambaBuilder {
  return new UvMicromambaBuilder();
}
