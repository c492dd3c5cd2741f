// Builds the same image side by side: imagespec's own layers, and docker over the Dockerfile that flytekit writes.
// node bench/build/run.ts [--memory]
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureArm64 } from "../../scripts/services/arm64.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { type Measured, median } from "../registry/measure.ts";
import { type Case, changeSource, ONE_CHANGED, PACKAGES, writeSources } from "./cases.ts";
import { startLargeIndex } from "./large-wheels.ts";
import { buildOurs } from "./ours.ts";
import { Rival } from "./rival.ts";

const services = await ensureServices();
Object.assign(process.env, serviceEnvironment(services));
const folder = await mkdtemp(join(tmpdir(), "imagespec-bench-"));
const run = randomBytes(4).toString("hex");
const cache = join(folder, "cache");
const base: Case = {
  name: `bench/${run}`,
  registry: services.registry,
  baseImage: services.images.python,
  pythonExec: "/usr/local/bin/python3",
  packages: PACKAGES,
  sourceRoot: join(folder, "src"),
  uvImage: services.images.uv,
};

try {
  await writeSources(base.sourceRoot);
  const rival = await Rival.create(folder, run, base);
  // Both sides know the base: docker has it pulled, we read it from the registry.
  await rival.build({ ...base, name: `${base.name}/warm-up`, packages: ["six"] });
  const rows: { what: string; goal: number; ours: Measured; theirs: Measured }[] = [];
  const compare = async (
    what: string,
    goal: number,
    times: number,
    prepare: (nth: number) => Promise<Case>,
    cold = false,
  ) => {
    const ours: Measured[] = [];
    const theirs: Measured[] = [];
    for (let nth = 0; nth < times; nth++) {
      const one = await prepare(nth);
      if (cold) await rm(cache, { recursive: true, force: true });
      ours.push(await buildOurs(folder, one, { cache }));
      theirs.push(await rival.build(one, { cold }));
    }
    rows.push({ what, goal, ours: median(ours), theirs: median(theirs) });
  };
  await compare("cold", 3, 3, async (nth) => ({ ...base, name: `${base.name}/cold-${nth}` }), true);
  await buildOurs(folder, base, { cache });
  await rival.build(base);
  await compare("unchanged", 2, 5, async () => base);
  await compare("one source changed", 2, 5, async (nth) => {
    await changeSource(base.sourceRoot, nth);
    return base;
  });
  // Each way between two versions once: a version that was built before is in both caches.
  await compare("one dependency changed", 10, 1, async () => ({ ...base, packages: ONE_CHANGED }));

  console.log(
    `\n${"".padEnd(26)}${"imagespec".padStart(12)}${"docker".padStart(12)}${"ratio".padStart(9)}${"goal".padStart(7)}${"peak".padStart(10)}`,
  );
  for (const { what, goal, ours, theirs } of rows) {
    const ratio = theirs.ms / ours.ms;
    const columns = [
      seconds(ours.ms).padStart(12),
      seconds(theirs.ms).padStart(12),
      `${ratio.toFixed(1)}x`.padStart(9),
      `${goal}x`.padStart(7),
    ];
    console.log(
      `${what.padEnd(26)}${columns.join("")}${`${ours.megabytes.toFixed(0)} MB`.padStart(10)}${ratio < goal ? "  below the goal" : ""}`,
    );
  }

  const baseImage = await ensureArm64();
  const platform = "linux/amd64,linux/arm64";
  const both = await buildOurs(folder, { ...base, baseImage, name: `${base.name}/both` }, { cache, platform });
  console.log(`${"two platforms".padEnd(26)}${seconds(both.ms).padStart(12)}${"-".padStart(12)}`);

  if (process.argv.includes("--memory")) {
    const index = await startLargeIndex(join(folder, "large"), 4);
    const large = { ...base, name: `${base.name}/large`, packages: index.packages };
    const peak = await buildOurs(folder, large, { cache, index: index.url });
    await index.close();
    console.log(
      `${"wheels of 2 GB".padEnd(26)}${seconds(peak.ms).padStart(12)}${"".padStart(28)}${`${peak.megabytes.toFixed(0)} MB`.padStart(10)}  goal 300 MB`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
