import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runTool } from "@imagespec/core/builder";
import { type Measured, measure } from "../measure.ts";
import type { Case } from "./cases.ts";
import { ensureFlytekit } from "./flytekit.ts";

const SCRIPT = fileURLToPath(new URL("./flytekit_context.py", import.meta.url));

/** flytekit from PyPI writes the Dockerfile, docker (BuildKit) builds and pushes it. */
export class Rival {
  readonly #python: string;
  readonly #folder: string;
  readonly #run: string;
  /** Stands for micromamba's image, which the Dockerfile takes certificates from. */
  readonly #authorities: string;

  private constructor(python: string, folder: string, run: string, authorities: string) {
    this.#authorities = authorities;
    this.#python = python;
    this.#folder = folder;
    this.#run = run;
  }

  static async create(folder: string, run: string, base: Pick<Case, "registry" | "baseImage">): Promise<Rival> {
    const python = await ensureFlytekit();
    const authorities = `${base.registry}/bench/${run}/authorities:1`;
    await mkdir(join(folder, "authorities"));
    const file = process.env.SSL_CERT_FILE ?? "/etc/ssl/certs/ca-certificates.crt";
    await copyFile(file, join(folder, "authorities", "ca.crt"));
    const dockerfile = `FROM ${base.baseImage}\nCOPY ca.crt /etc/ssl/certs/ca-certificates.crt\n`;
    await writeFile(join(folder, "authorities", "Dockerfile"), dockerfile);
    const env = { DOCKER_BUILDKIT: "1" };
    await runTool("docker", ["build", "--tag", authorities, join(folder, "authorities")], { env });
    await runTool("docker", ["push", authorities]);
    return new Rival(python, folder, run, authorities);
  }

  /**
   * Builds and pushes. With `cold`, of earlier builds the base alone is used; with `flytekit`, its own time counts too,
   * as its user waits for it.
   */
  async build(one: Case, options: { cold?: boolean; flytekit?: boolean; bytecode?: boolean } = {}): Promise<Measured> {
    const context = join(this.#folder, "context");
    const spec = join(this.#folder, "spec.json");
    await rm(context, { recursive: true, force: true });
    const { name, registry, baseImage, pythonExec, packages, aptPackages = [], sourceRoot, uvImage } = one;
    const fields = {
      name,
      registry,
      packages,
      apt_packages: aptPackages,
      base_image: baseImage,
      python_exec: pythonExec,
      source_root: sourceRoot,
    };
    await writeFile(
      spec,
      JSON.stringify({
        ...fields,
        uv_image: uvImage,
        // BuildKit keeps the cache that is mounted for uv through --no-cache.
        uv_cache: options.cold ? `${this.#run}-${randomBytes(4).toString("hex")}` : this.#run,
        authorities: this.#authorities,
        trust: process.env.SSL_CERT_FILE !== undefined,
        bytecode: options.bytecode ?? true,
      }),
    );
    const written = await measure(this.#python, [SCRIPT, spec, context]);
    const image = `${registry}/${name}:rival`;
    const env = { ...process.env, DOCKER_BUILDKIT: "1" };
    const args = ["build", "--network", "host", "--tag", image, ...(options.cold ? ["--no-cache"] : []), context];
    const built = await measure("docker", args, { env });
    const pushed = await measure("docker", ["push", image], { env });
    const all = options.flytekit ? [written, built, pushed] : [built, pushed];
    const sum = (what: "ms" | "cpu") => all.reduce((total, one) => total + one[what], 0);
    return { ms: sum("ms"), cpu: sum("cpu"), megabytes: 0 };
  }

  /** The Dockerfile last built, to be looked at. */
  dockerfile(): Promise<string> {
    return readFile(join(this.#folder, "context", "Dockerfile"), "utf8");
  }
}
