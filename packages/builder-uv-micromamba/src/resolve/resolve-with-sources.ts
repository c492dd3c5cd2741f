import { normalName } from "@imagespec/core/builder";
import type { ResolvedSource } from "../source-build/source-kinds.ts";
import type { StaticMetadata } from "../source-build/wheel-metadata.ts";
import { sameVersion } from "../wheel/version.ts";
import type { ResolvedDistributions } from "./resolved-wheel.ts";
import { sourceOnly } from "./source-only.ts";

/**
 * What uv answers: distributions; or, where their needs are not known, the names and versions of some it would have to
 * build.
 */
export type CompileAnswer = ResolvedDistributions | { unknown: string[] };

/** How {@link resolveWithSources} asks and learns. */
export interface SourceResolution {
  /** Resolves under what is known of distributions. */
  compile(known: readonly StaticMetadata[]): Promise<CompileAnswer>;
  /** Builds a source, and says what its wheel needs. */
  build(source: ResolvedSource): Promise<StaticMetadata>;
  /** Names of distributions that are asked for by the address of a source. */
  direct: readonly string[];
}

/**
 * Resolves where some distributions have no wheel, without any of their code in the resolver's reach: what is not known
 * of one is first taken for no needs at all, until its file is known; then its wheel is built, and its needs are the
 * wheel's. It ends when all that is named was resolved under its own needs.
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

/** One that is asked for by address is the only one of its name. */
function keyOf({ name, version = "", directUrl }: ResolvedSource): string {
  return directUrl === undefined ? `${normalName(name)} ${version}` : normalName(name);
}

/** Versions are spelled in more than one way. */
function isSame(one: StaticMetadata, other: StaticMetadata): boolean {
  return normalName(one.name) === normalName(other.name) && sameVersion(one.version, other.version);
}

function nothingOf(name: string, version: string): StaticMetadata {
  return { name, version, requires: [], requiresPython: undefined, extras: [] };
}
