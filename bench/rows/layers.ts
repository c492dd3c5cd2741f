import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "@imagespec/core/builder";
import { cached } from "../../scripts/services/cache.ts";
import { PACKAGES } from "../build/cases.ts";
import { earlierBuilder } from "../layers/earlier-builder.ts";
import { measure } from "../measure.ts";
import type { Row, RowGroup } from "../row.ts";

const SCRIPT = fileURLToPath(new URL("../layers/make-layers.ts", import.meta.url));
const DIST = fileURLToPath(new URL("../../packages/builder-uv-micromamba/dist", import.meta.url));
const PLATFORMS = ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"];
/** Beside the four of the builds, ones of many small files: what copying costs in size shows there. */
const OTHERS = [["plotly==6.0.0"], ["kubernetes==31.0.0"], ["sympy==1.13.3"]];

/**
 * Making the layers of wheels that lie on the disk: copied, deflated again, and by the last commit that copied nothing.
 */
export const layers: RowGroup = {
  name: "layers",
  async open(folder) {
    const make = (way: string, dist: string, wheels: string) => async () => {
      const cache = join(folder, "cache");
      await rm(cache, { recursive: true, force: true });
      const result = join(folder, "result.json");
      const measured = await measure(process.execPath, [SCRIPT, way, dist, wheels, cache, result]);
      const { cpu, size } = JSON.parse(await readFile(result, "utf8")) as { cpu: number; size: number };
      return { ...measured, cpu, bytes: size };
    };
    const rows: Row[] = [];
    const earlier = await earlierBuilder();
    if (earlier === undefined)
      process.stderr.write("The repository's history is cut off: no layers are made by an earlier commit\n");
    for (const packages of [PACKAGES, ...OTHERS]) {
      const wheels = await download(packages);
      const name = packages.length === 1 ? packages[0]?.replace(/=.*/, "") : "four packages";
      const row = { name: `layers: ${name}`, goal: 0.25, what: "cpu", ours: make("made", DIST, wheels) } as const;
      rows.push({ ...row, rival: "zlib, level 6", theirs: make("deflated", DIST, wheels) });
      if (earlier !== undefined) rows.push({ ...row, rival: earlier.name, theirs: make("made", earlier.dist, wheels) });
    }
    return { rows };
  },
};

function download(packages: readonly string[]): Promise<string> {
  return cached(`bench/wheels/${packages.join("+")}`, async (target) => {
    const platforms = PLATFORMS.flatMap((platform) => ["--platform", platform]);
    const options = ["--quiet", "--only-binary=:all:", "--python-version=3.11", ...platforms, "--dest", target];
    await runTool("uv", ["tool", "run", "pip", "download", ...options, ...packages]);
  });
}
