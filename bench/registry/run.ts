import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../scripts/services/free-port.ts";
import { makeLayout } from "./make-layout.ts";
import { type Measured, measure, median } from "./measure.ts";

// Pushes and pulls the same images with imagespec, crane and skopeo over loopback, in turn, and prints medians and ratios.
// Needs docker-registry, crane and skopeo on PATH. ROUNDS=5 for steadier numbers.
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const TRANSFER = new URL("./transfer.ts", import.meta.url).pathname;
const SIZES = {
  "500 MB in 20 layers": { count: 20, bytes: 25_000_000 },
  "2000 blobs of 2 kB": { count: 2000, bytes: 2000 },
};

type Tool = Record<"push" | "pull", (layout: string, name: string) => [command: string, args: string[]]>;
const TOOLS: Record<string, Tool> = {
  imagespec: {
    push: (layout, name) => [process.execPath, [TRANSFER, "push", layout, name]],
    pull: (layout, name) => [process.execPath, [TRANSFER, "pull", name, layout]],
  },
  crane: {
    push: (layout, name) => ["crane", ["push", layout, `${name}:bench`]],
    pull: (layout, name) => ["crane", ["pull", "--format=oci", `${name}:bench`, layout]],
  },
  skopeo: {
    push: (layout, name) => [
      "skopeo",
      ["copy", "--dest-tls-verify=false", `oci:${layout}:bench`, `docker://${name}:bench`],
    ],
    pull: (layout, name) => [
      "skopeo",
      ["copy", "--src-tls-verify=false", `docker://${name}:bench`, `oci:${layout}:bench`],
    ],
  },
};

const folder = await mkdtemp(join(tmpdir(), "imagespec-bench-"));
const port = await freePort(5055);
const registryFile = join(folder, "registry.yml");
await writeFile(
  registryFile,
  `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: ${folder}/storage}}\nhttp: {addr: "127.0.0.1:${port}"}\n`,
);
const registry = spawn("docker-registry", ["serve", registryFile], { stdio: "ignore" });
try {
  while (
    !(await fetch(`http://127.0.0.1:${port}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(50);
  console.log(`| image | way | tool | time | × crane | peak memory |\n|-|-|-|-|-|-|`);
  for (const [image, size] of Object.entries(SIZES)) {
    const layout = await makeLayout(join(folder, `layout-${size.count}`), size);
    await compare(image, "push", (_tool, round) => [layout, `r${round}`]);
    // Every tool pulls what it pushed itself in the first round.
    await compare(image, "pull", (tool, round) => [join(folder, `pull-${tool}-${round}-${size.count}`), "r0"]);
  }

  async function compare(
    image: string,
    way: "push" | "pull",
    where: (tool: string, round: number) => [string, string],
  ) {
    const results = new Map<string, Measured[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const [tool, ways] of Object.entries(TOOLS)) {
        const [layout, name] = where(tool, round);
        const repository = `localhost:${port}/${image.replace(/\W+/g, "").toLowerCase()}/${tool}-${name}`;
        results.set(tool, [...(results.get(tool) ?? []), await measure(...ways[way](layout, repository))]);
        if (way === "pull") await rm(layout, { recursive: true, force: true });
      }
    }
    const base = median(results.get("crane") ?? []).ms;
    for (const [tool, values] of results) {
      const { ms, megabytes } = median(values);
      console.log(
        `| ${image} | ${way} | ${tool} | ${(ms / 1000).toFixed(2)} s | ${(ms / base).toFixed(2)} | ${megabytes.toFixed(0)} MB |`,
      );
    }
  }
} finally {
  registry.kill();
  await once(registry, "close").catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
}
