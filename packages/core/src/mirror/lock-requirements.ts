import { stringify } from "smol-toml";
import { type Table, table, tables } from "../uv-project/toml-table.ts";
import { DEFAULT_INDEX } from "./default-index.ts";

/** A pylock.toml in two parts, of which together the same is installed. */
export interface SplitLock {
  /** What indexes serve, as requirements with their hashes: the file is found where the index says. */
  requirements: string;
  /** The indexes those were locked from; the default index first. */
  indexes: string[];
  /** The rest, which has addresses of its own, as a pylock.toml. */
  lock: string;
}

/**
 * Takes what indexes serve out of a pylock.toml (PEP 751). A lock has the address of each file, which a mirror may keep
 * elsewhere, so that only its index can say where; the hashes make sure that it is the same file. Pure.
 */
export function splitLock(lock: Table): SplitLock {
  const all = tables(lock.packages);
  const served = all.filter((one) => one.wheels !== undefined || one.sdist !== undefined);
  const indexes = new Set(served.map(({ index }) => (typeof index === "string" ? index : DEFAULT_INDEX)));
  return {
    requirements: served.map(requirement).join(""),
    indexes: [...indexes].sort((left, right) => Number(right === DEFAULT_INDEX) - Number(left === DEFAULT_INDEX)),
    lock: stringify({ ...lock, packages: all.filter((one) => !served.includes(one)) }),
  };
}

function requirement({ name, version, marker, sdist, wheels }: Table): string {
  const files = [...tables(wheels), ...(sdist === undefined ? [] : [table(sdist)])];
  const hashes = files.flatMap(({ hashes }) => Object.entries(table(hashes)).map(([kind, hex]) => `${kind}:${hex}`));
  const condition = marker === undefined ? "" : ` ; ${marker}`;
  const lines = [`${name}==${version}${condition}`, ...[...new Set(hashes)].map((hash) => `--hash=${hash}`)];
  return `${lines.join(" \\\n    ")}\n`;
}
