import { type BuildOptions, readBuildOptions } from "../request/build-options.ts";
import { prepareBuild } from "../request/prepare-build.ts";
import { checkBuilder } from "../selection/check-builder.ts";
import type { Spec } from "../spec/spec.ts";
import type { EngineHost } from "./engine-host.ts";

/** What one builder says about a spec on this machine. */
export interface BuilderReport {
  type: string;
  priority: number;
  origin: string;
  file?: string | undefined;
  summary?: string | undefined;
  /** `usable` now; `unusable` here; `unsupported`: the spec asks for what it cannot do; `broken`: it does not load. */
  status: "usable" | "unusable" | "unsupported" | "broken";
  /** Why not, or what it found (which tool, which version). */
  reason?: string | undefined;
  hint?: string | undefined;
}

/**
 * Imports every builder, or the one that `options` name, and asks it about the spec: options, `supports`, `probe`.
 * Builds nothing.
 *
 * @throws ImageSpecError E_BUILDER_UNKNOWN, E_BUILDER_LOAD for the one that is named.
 */
export async function examineBuilders(host: EngineHost, spec: Spec, options: BuildOptions): Promise<BuilderReport[]> {
  const env = host.env();
  const settings = await host.settings();
  const call = readBuildOptions(spec, options, env, settings.config.builder);
  const { cacheDir } = host;
  const { request } = await prepareBuild(spec, call, { env, cacheDir, signal: options.signal, skipSecretFiles: true });
  const { builder } = options;
  const candidates =
    builder === undefined ? (await host.builders.all()).candidates : [await host.builders.named(builder)];
  return Promise.all(
    candidates.map(async ({ type, priority, origin, file, summary, load }): Promise<BuilderReport> => {
      const about = { type, priority, origin, file, summary };
      try {
        const answer = await checkBuilder(await load(), request, settings);
        if (answer.usable) return { ...about, status: "usable", reason: answer.detail };
        const { code, reason, hint } = answer;
        const ofSpec = code === "E_OPTIONS" || code === "E_UNSUPPORTED";
        return { ...about, status: ofSpec ? "unsupported" : "unusable", reason, hint };
      } catch (error) {
        const { message, hint } = error as Error & { hint?: string };
        return { ...about, status: "broken", reason: message, hint };
      }
    }),
  );
}
