import type { ErrorCode } from "@imagespec/registry";
import type { DescribedSpec } from "../build-everywhere.ts";
import type { Places } from "../setting.ts";

/** A spec that stands for a kind of input, and what has to come of it, in every builder. */
export interface Case {
  /** The kind of input. */
  says: string;
  /** A base that needs a container to be made: docker-buildx builds it first, and all builders build on it. */
  base?: ((places: Places) => DescribedSpec) | undefined;
  /** Whether it takes minutes, and is left to the full run. */
  isLong?: boolean | undefined;
  spec(places: Places & { base: string }): DescribedSpec;
  /** What every builder that makes an image warns of. */
  warns?: RegExp | undefined;
  ends: "built" | ErrorCode | readonly ErrorCode[];
}

/** The project of a uv.lock, and what makes the lock. */
export function uvProject(
  index: string,
  more: string,
  head = 'requires-python = ">=3.11"\ndependencies = ["plain-one"]',
) {
  const pyproject = `[project]\nname = "app"\nversion = "0.1"\n${head}\n${more}
[[tool.uv.index]]\nurl = "${index}"\ndefault = true\n`;
  return { files: { "pyproject.toml": pyproject }, prepare: [["uv", "lock", "--no-python-downloads"]] };
}
