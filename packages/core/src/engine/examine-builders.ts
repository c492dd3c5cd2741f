import { dockerCredentials, parseMirrors } from "@imagespec/registry";
import { identify } from "../identity/identify.ts";
import { planImage } from "../plan/plan-image.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import type { ImageSpec } from "../spec/image-spec.ts";
import { type BuildOptions, readBuildOptions } from "./build-options.ts";
import type { EngineHost } from "./engine-host.ts";
import { type OpenRequest, tryBuilder } from "./try-builder.ts";

/** What one builder says about a spec on this machine. */
export interface BuilderReport {
  type: string;
  priority: number;
  origin: string;
  file?: string;
  summary?: string;
  /** `usable` now; `unusable` here; `unsupported`: the spec asks for what it cannot do; `broken`: it does not load. */
  status: "usable" | "unusable" | "unsupported" | "broken";
  /** Why not, or what it found (which tool, which version). */
  reason?: string;
  hint?: string;
}

/** Imports every builder and asks it about the spec: options, `supports`, `probe`. Builds nothing. */
export async function examineBuilders(
  host: EngineHost,
  spec: ImageSpec,
  options: BuildOptions,
): Promise<BuilderReport[]> {
  const env = host.env();
  const call = readBuildOptions(spec, options, env);
  const platforms = call.platforms === undefined ? {} : { platforms: call.platforms };
  const resolved = await resolveSpec(spec, { env, ...platforms, skipSecretFiles: true });
  const identity = identify(resolved);
  const plan = planImage(resolved, identity);
  const request: OpenRequest = {
    spec,
    plan,
    target: {
      reference: plan.reference,
      platforms: plan.platforms,
      push: call.push,
      output: call.output,
    },
    secrets: Object.fromEntries(resolved.secrets.map(({ id, file }) => [id, file])),
    credentials: dockerCredentials({
      ...(resolved.registryConfig && { configFile: resolved.registryConfig }),
      env: { ...env },
    }),
    mirrors: parseMirrors(env.IMAGESPEC_REGISTRY_MIRRORS),
    files: resolved.files,
    force: call.force,
    signal: options.signal ?? new AbortController().signal,
    emit: () => {},
  };
  const { candidates } = await host.builders.all();
  return Promise.all(
    candidates.map(async ({ type, priority, origin, file, summary, load }): Promise<BuilderReport> => {
      const about = { type, priority, origin, ...(file && { file }), ...(summary && { summary }) };
      try {
        const tried = await tryBuilder(await load(), request, call.builderOptions);
        if (!("refusal" in tried)) return { ...about, status: "usable", ...(tried.detail && { reason: tried.detail }) };
        const { kind, reason, hint } = tried.refusal;
        return { ...about, status: kind === "unusable" ? "unusable" : "unsupported", reason, hint };
      } catch (error) {
        const { message, hint } = error as Error & { hint?: string };
        return { ...about, status: "broken", reason: message, ...(hint && { hint }) };
      }
    }),
  );
}
