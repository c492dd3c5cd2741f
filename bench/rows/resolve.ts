import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { CLI } from "../cli.ts";
import { measure } from "../measure.ts";
import type { RowGroup } from "../row.ts";

const MANIFESTS = 50;
const IMAGES = 10;

/**
 * Manifests whose images all exist, against asking for the digests of these images one after another, as a script does.
 */
export const resolve: RowGroup = {
  name: "resolve",
  async open(folder) {
    const services = await ensureServices();
    const env = { ...process.env, ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: join(folder, "cache") };
    const run = randomBytes(4).toString("hex");
    await writeProject(folder, `bench/${run}`, services);
    const args = [CLI, "resolve", "-f", join(folder, "k8s")];
    const { stdout } = await runTool(process.execPath, args, { env });
    const built = [...new Set([...stdout.matchAll(/image: ([^\s@]+)@/g)].map(([, reference]) => reference ?? ""))];
    const crane = join(services.tools, "crane");
    return {
      rows: [
        {
          name: `resolve: ${MANIFESTS} manifests, ${IMAGES} images`,
          rival: `crane digest, ${built.length} times`,
          // 0.6 s, where crane takes 0.02 s for each.
          goal: 3,
          what: "ms",
          ours: () => measure(process.execPath, args, { env }),
          theirs: () => measure("/bin/sh", ["-c", 'for one; do "$0" digest "$one"; done', crane, ...built], { env }),
        },
      ],
    };
  },
};

interface Base {
  registry: string;
  images: { python: string };
}

async function writeProject(folder: string, name: string, { registry, images: { python } }: Base): Promise<void> {
  await mkdir(join(folder, "src"));
  await mkdir(join(folder, "k8s"));
  await writeFile(join(folder, "src/main.py"), "print('hello')\n");
  const spec = (at: number) => ({
    name: `${name}/image-${at}`,
    registry,
    baseImage: python,
    platform: "linux/amd64",
    sourceRoot: "src",
    env: { NUMBER: String(at) },
    builder: "uv-micromamba",
  });
  const specs = Array.from({ length: IMAGES }, (_, at) => [`image-${at}`, spec(at)]);
  await writeFile(join(folder, "imagespec.json"), JSON.stringify({ images: Object.fromEntries(specs) }));
  for (let at = 0; at < MANIFESTS; at++) {
    await writeFile(
      join(folder, `k8s/pod-${at}.yaml`),
      `apiVersion: v1
kind: Pod
metadata: { name: pod-${at} }
spec:
  containers:
    - name: main
      image: imagespec://../imagespec.json#image-${at % IMAGES}
`,
    );
  }
}
