// Measures imagespec beside its rivals: node bench/run.ts [--rows GROUP,...] [--rounds N]
// Prints a table and writes its rows to bench/results.json and docs/benchmarks.svg, where rows of other groups stay.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { arch, availableParallelism, loadavg, release, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { ensureUv } from "../scripts/services/uv.ts";
import { paired } from "./paired.ts";
import { plot } from "./plot.ts";
import type { RowGroup, RowResult } from "./row.ts";
import { apt } from "./rows/apt.ts";
import { build, memory } from "./rows/build.ts";
import { importing } from "./rows/importing.ts";
import { kaniko } from "./rows/kaniko.ts";
import { layers } from "./rows/layers.ts";
import { registry } from "./rows/registry.ts";
import { resolve } from "./rows/resolve.ts";
import { start } from "./rows/start.ts";
import { tag } from "./rows/tag.ts";
import { watch } from "./rows/watch.ts";
import { tableHead, tableLine } from "./table.ts";

/** `memory` makes wheels of two gigabytes and `kaniko` starts its own image, so they run only when named. */
const GROUPS = { start, tag, layers, registry, build, apt, importing, resolve, watch, kaniko, memory };
const RESULTS = new URL("results.json", import.meta.url);
const PLOT = new URL("../docs/benchmarks.svg", import.meta.url);
const DEFAULT = ["start", "tag", "layers", "registry", "build", "apt", "importing", "resolve", "watch"];

const { values } = parseArgs({ options: { rows: { type: "string" }, rounds: { type: "string", default: "5" } } });
const wanted = values.rows?.split(",") ?? DEFAULT;
const groups = new Map<string, RowGroup>(Object.entries(GROUPS));
const unknown = wanted.filter((name) => !groups.has(name));
const rounds = Number(values.rounds);
if (unknown.length > 0 || !(rounds >= 1)) {
  process.stderr.write(`Usage: pnpm bench [--rows GROUP,...] [--rounds N], groups: ${[...groups.keys()].join(", ")}\n`);
  process.exit(2);
}

// Rows that need no other service ask uv for packages.
process.env.PATH = [await ensureUv(), process.env.PATH].join(delimiter);
const results = await earlierResults();
console.log(tableHead());
for (const name of wanted) {
  const folder = await mkdtemp(join(tmpdir(), "imagespec-bench-"));
  try {
    const group = await groups.get(name)?.open(folder);
    try {
      for (const row of group?.rows ?? []) {
        const result = await paired(row, rounds);
        results.set(`${row.name}, ${row.rival}`, result);
        console.log(tableLine(result));
        await save([...results.values()]);
      }
    } finally {
      await group?.close?.();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What is kept of rows that this run leaves out. */
async function earlierResults(): Promise<Map<string, RowResult>> {
  const text = await readFile(RESULTS, "utf8").catch(() => '{ "rows": [] }');
  const { rows } = JSON.parse(text) as { rows: RowResult[] };
  return new Map(rows.map((row) => [`${row.name}, ${row.rival}`, row]));
}

async function save(rows: readonly RowResult[]): Promise<void> {
  // The load shows how far the times, unlike the ratios, can be trusted.
  const machine = {
    cores: availableParallelism(),
    load: loadavg()[0],
    architecture: arch(),
    kernel: release(),
    node: process.version,
  };
  await writeFile(RESULTS, `${JSON.stringify({ machine, rows }, undefined, 2)}\n`);
  await writeFile(PLOT, plot(rows));
}
