import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { type Case, writeSources } from "../build/cases.ts";
import { FLYTEKIT } from "../build/flytekit.ts";
import { buildOurs } from "../build/ours.ts";
import { Rival } from "../build/rival.ts";
import { CLI } from "../cli.ts";
import type { Measured } from "../measure.ts";
import type { RowGroup } from "../row.ts";

/** Python measures itself: its own start is in it, and docker's is not. */
const PROGRAM =
  "import flytekit, time, resource as r; print(time.process_time(), r.getrusage(r.RUSAGE_SELF).ru_maxrss)";

/** What a task waits for in its container: importing flytekit, in an image of ours and in the one flytekit makes. */
export const importing: RowGroup = {
  name: "importing",
  async open(folder) {
    const services = await ensureServices();
    Object.assign(process.env, serviceEnvironment(services));
    const run = randomBytes(4).toString("hex");
    const one: Case = {
      name: `bench/${run}/importing`,
      registry: services.registry,
      baseImage: services.images.python,
      pythonExec: "/usr/local/bin/python3",
      packages: [`flytekit==${FLYTEKIT}`],
      sourceRoot: join(folder, "src"),
      uvImage: services.images.uv,
    };
    await writeSources(one.sourceRoot);
    await buildOurs(folder, one, { cache: join(folder, "cache") });
    const tag = await runTool(process.execPath, [CLI, "tag", join(folder, "imagespec.json")]);
    const rival = await Rival.create(folder, run, one);
    await rival.build(one);
    const images = {
      ours: `${one.registry}/${one.name}:${tag.stdout.trim()}`,
      theirs: `${one.registry}/${one.name}:rival`,
    };
    for (const image of Object.values(images)) await runTool("docker", ["pull", "--quiet", image]);
    return {
      rows: [
        {
          name: "import flytekit in a container",
          rival: "flytekit's image",
          what: "cpu",
          goal: 1.05,
          rounds: 9,
          ours: () => timed(images.ours),
          theirs: () => timed(images.theirs),
        },
      ],
      close: async () => void (await runTool("docker", ["rmi", "--force", ...Object.values(images)])),
    };
  },
};

async function timed(image: string): Promise<Measured> {
  const { stdout } = await runTool("docker", ["run", "--rm", "--entrypoint", "python", image, "-c", PROGRAM]);
  const [seconds = Number.NaN, kilobytes = Number.NaN] = stdout.trim().split(" ").map(Number);
  return { ms: seconds * 1000, cpu: seconds * 1000, megabytes: kilobytes / 1024 };
}
