import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CLI } from "../cli.ts";
import { type Measured, measure } from "../measure.ts";
import type { Case } from "./cases.ts";

export interface OursOptions {
  cache: string;
  platform?: string;
  index?: string;
  bytecode?: boolean;
  cacheRepository?: string;
  /** On a machine of CI, which is thrown away afterwards. */
  isCi?: boolean;
}

/** `imagespec build` as a whole process, start of Node included. */
export async function buildOurs(folder: string, one: Case, options: OursOptions): Promise<Measured> {
  const { name, registry, baseImage, packages, aptPackages, sourceRoot } = one;
  const file = join(folder, "imagespec.json");
  const spec = {
    ...{ name, registry, baseImage, packages, aptPackages, sourceRoot },
    ...{ sourceCopyMode: "all", builder: "uv-micromamba", platform: options.platform ?? "linux/amd64" },
    // flytekit's Dockerfile compiles what uv installs.
    bytecode: options.bytecode ?? true,
    ...(options.index !== undefined && { pipIndex: options.index }),
  };
  await writeFile(file, JSON.stringify(spec));
  const env = { ...process.env, IMAGESPEC_CACHE_DIR: options.cache, CI: options.isCi ? "true" : undefined };
  const { cacheRepository } = options;
  const steered = cacheRepository === undefined ? [] : ["--builder-option", `cacheRepository=${cacheRepository}`];
  return measure(process.execPath, [CLI, "build", file, ...steered], { env });
}
