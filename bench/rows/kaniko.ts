import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { ImageSpec, identify, resolveSpec } from "@imagespec/core";
import { openShippedFile } from "@imagespec/core/builder";
import { planImage } from "@imagespec/core/internal";
import { contextFiles, contextTar, KANIKO_CA_PATH, renderDockerfile } from "@imagespec/dockerfile";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { changeSource, PACKAGES, writeSources } from "../build/cases.ts";
import { CLI } from "../cli.ts";
import { type Measured, measure } from "../measure.ts";
import type { RowGroup } from "../row.ts";

/**
 * What the kaniko builder adds to kaniko: the same image by imagespec and by the bare executor over the same
 * Dockerfile.
 */
export const kaniko: RowGroup = {
  name: "kaniko",
  async open(folder) {
    const services = await ensureServices();
    const { image } = await ensureKaniko();
    Object.assign(process.env, serviceEnvironment(services));
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
      return measure(process.execPath, [CLI, "build", file]);
    }

    /** The executor pushes by itself, from a context that lies ready: the least that kaniko can take. */
    async function bare(nth: number): Promise<Measured> {
      const spec = new ImageSpec(parameters);
      const resolved = await resolveSpec(spec, { env: process.env });
      const plan = planImage(resolved, identify(resolved));
      const { files } = resolved;
      const dockerfile = renderDockerfile(plan, { dialect: "kaniko", builder: "bench", files }).text;
      const context = join(folder, "context.tar.gz");
      const entries = contextFiles(plan, dockerfile, files);
      await pipeline(
        contextTar(entries, { open: openShippedFile }),
        createGzip({ level: 1 }),
        createWriteStream(context),
      );
      const { registry } = services;
      const maps = ["index.docker.io", "ghcr.io"].map((host) => `--registry-map=${host}=${registry}`);
      const flags = ["--dockerfile=Dockerfile", ...maps, `--insecure-registry=${registry}`, "--no-push-cache"];
      const destination = `--destination=${registry}/${name}:bare-${nth}`;
      const authorities = process.env.SSL_CERT_FILE || process.env.NODE_EXTRA_CA_CERTS;
      const trust = authorities ? ["-v", `${authorities}:${KANIKO_CA_PATH}:ro`] : [];
      const run = ["run", "--rm", "--network=host", "-v", `${context}:/context.tar.gz:ro`, ...trust];
      return measure("docker", [...run, image, "--context=tar:///context.tar.gz", ...flags, destination]);
    }

    await writeSources(source);
    return {
      rows: [
        {
          name: "build: kaniko",
          rival: "kaniko's executor",
          goal: 1.2,
          what: "ms",
          prepare: (round) => changeSource(source, round),
          ours,
          theirs: bare,
        },
      ],
    };
  },
};
