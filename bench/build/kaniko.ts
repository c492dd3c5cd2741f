// What the kaniko builder adds to kaniko: the same image by imagespec and by the bare executor over the same Dockerfile.
// node bench/build/kaniko.ts
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import { ImageSpec, identify, resolveSpec } from "@imagespec/core";
import { openShippedFile } from "@imagespec/core/builder";
import { planImage } from "@imagespec/core/internal";
import { contextFiles, contextTar, KANIKO_CA_PATH, renderDockerfile } from "@imagespec/dockerfile";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { type Measured, measure, median } from "../registry/measure.ts";
import { changeSource, PACKAGES, writeSources } from "./cases.ts";

const CLI = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));
const TIMES = 3;
const GOAL = 1.2;

const services = await ensureServices();
const { image } = await ensureKaniko();
Object.assign(process.env, serviceEnvironment(services));
const folder = await mkdtemp(join(tmpdir(), "imagespec-bench-"));
const name = `bench/kaniko-${randomBytes(4).toString("hex")}`;
const source = join(folder, "src");
const parameters = {
  name,
  registry: services.registry,
  baseImage: services.images.python,
  packages: PACKAGES,
  sourceRoot: source,
  sourceCopyMode: "all" as const,
  platform: services.platform,
};

async function ours(): Promise<Measured> {
  const builderOptions = { image, network: "host" };
  const file = join(folder, "imagespec.json");
  await writeFile(file, JSON.stringify({ ...parameters, builder: "kaniko", builderOptions }));
  return measure(process.execPath, [CLI, "build", file], process.env);
}

/** The executor pushes by itself, from a context that lies ready: the least that kaniko can take. */
async function bare(nth: number): Promise<Measured> {
  const spec = new ImageSpec(parameters);
  const resolved = await resolveSpec(spec, { env: process.env });
  const plan = planImage(resolved, identify(resolved), {});
  const { files } = resolved;
  const dockerfile = renderDockerfile(plan, { dialect: "kaniko", builder: "bench", files }).text;
  const context = join(folder, "context.tar.gz");
  const entries = contextFiles(plan, dockerfile, files);
  await pipeline(contextTar(entries, { open: openShippedFile }), createGzip({ level: 1 }), createWriteStream(context));
  const { registry } = services;
  const maps = ["index.docker.io", "ghcr.io"].map((host) => `--registry-map=${host}=${registry}`);
  const flags = ["--dockerfile=Dockerfile", ...maps, `--insecure-registry=${registry}`, "--no-push-cache"];
  const destination = `--destination=${registry}/${name}:bare-${nth}`;
  const authorities = process.env.SSL_CERT_FILE || process.env.NODE_EXTRA_CA_CERTS;
  const trust = authorities ? ["-v", `${authorities}:${KANIKO_CA_PATH}:ro`] : [];
  const run = ["run", "--rm", "--network=host", "-v", `${context}:/context.tar.gz:ro`, ...trust];
  return measure("docker", [...run, image, "--context=tar:///context.tar.gz", ...flags, destination], process.env);
}

try {
  await writeSources(source);
  const rows: [imagespec: Measured, kaniko: Measured][] = [];
  for (let nth = 0; nth < TIMES; nth++) {
    await changeSource(source, nth);
    rows.push([await ours(), await bare(nth)]);
  }
  const [mine, theirs] = [median(rows.map(([one]) => one)), median(rows.map(([, one]) => one))];
  const ratio = mine.ms / theirs.ms;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  console.log(
    `imagespec, builder kaniko ${seconds(mine.ms)}   bare executor ${seconds(theirs.ms)}   ${ratio.toFixed(2)}x   goal ${GOAL}x`,
  );
  if (ratio > GOAL) console.log("above the goal");
} finally {
  await rm(folder, { recursive: true, force: true });
}
