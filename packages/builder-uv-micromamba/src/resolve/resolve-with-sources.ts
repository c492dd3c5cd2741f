import { normalName } from "@imagespec/core/builder";
import type { ResolvedSource } from "../source-build/source-kinds.ts";
import type { StaticMetadata } from "../source-build/wheel-metadata.ts";
import { sameVersion } from "../wheel/version.ts";
import type { ResolvedDistributions } from "./resolved-wheel.ts";
import { sourceOnly } from "./source-only.ts";

/**
 * What uv answers: distributions, or the names and versions of some that it would have to build to learn what they
 * require.
 */
export type CompileAnswer = ResolvedDistributions | { unknown: string[] };

/** How {@link resolveWithSources} asks and learns. */
export interface SourceResolution {
  /** Resolves, given what is known of distributions without a wheel. */
  compile(known: readonly StaticMetadata[]): Promise<CompileAnswer>;
  /** Builds the wheel of a source, and returns its metadata. */
  build(source: ResolvedSource): Promise<StaticMetadata>;
  /** Names of distributions that are asked for by the address of a source. */
  direct: readonly string[];
}

/**
 * Resolves where some distributions have no wheel, without the resolver running any of their code.
 *
 * A distribution that uv would have to build is first assumed to require nothing, so that uv can name its file. Its
 * wheel is then built, and uv resolves again with what the wheel requires. This goes on until every distribution of an
 * answer was resolved with its own requirements.
 *
 * @throws ImageSpecError E_UNSUPPORTED, and what `build` throws.
 */
export async function resolveWithSources({ compile, build, direct }: SourceResolution): Promise<ResolvedDistributions> {
  const known = new Map<string, StaticMetadata>(direct.map((name) => [name, nothingOf(name, "0")]));
  const built = new Set<string>();
  for (;;) {
    const answer = await compile([...known.values()]);
    if ("unknown" in answer) {
      const asked = answer.unknown.map((one) => one.split(" ") as [string, string]);
      const fresh = asked.filter(([name, version]) => !known.has(`${normalName(name)} ${version}`));
      if (fresh.length === 0) throw sourceOnly(answer.unknown[0] ?? "A requirement that uv has to build");
      for (const [name, version] of fresh) known.set(`${normalName(name)} ${version}`, nothingOf(name, version));
      continue;
    }
    const missing = answer.sources.filter((source) => !built.has(keyOf(source)));
    if (missing.length === 0) return answer;
    await Promise.all(
      missing.map(async (source) => {
        const learned = await build(source);
        for (const [key, one] of known) if (isSame(one, learned)) known.delete(key);
        known.set(keyOf(source), learned);
        built.add(keyOf(source));
      }),
    );
  }
}

/** By name and version; by name alone for one that is asked for by address, which is the only one of its name. */
function keyOf({ name, version = "", directUrl }: ResolvedSource): string {
  return directUrl === undefined ? `${normalName(name)} ${version}` : normalName(name);
}

/** Whether both are of one distribution: a version may be spelled in several ways. */
function isSame(one: StaticMetadata, other: StaticMetadata): boolean {
  return normalName(one.name) === normalName(other.name) && sameVersion(one.version, other.version);
}

/** The assumption that a distribution requires nothing. */
function nothingOf(name: string, version: string): StaticMetadata {
  return { name, version, requires: [], requiresPython: undefined, extras: [] };
}
