import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ImageSpecParameters } from "@imagespec/core";
import { type Services, serviceEnvironment } from "../../../scripts/services/services.ts";

interface Built {
  tag: string;
  digest?: string;
}

const SCRIPT = fileURLToPath(new URL("./build-specs.ts", import.meta.url));

/** Builds specs in a process of its own, which can be killed without warning and started again. */
export class BuildClient {
  readonly #services: Services;
  readonly #options: Record<string, unknown>;

  constructor(services: Services, builderOptions: Record<string, unknown>) {
    this.#services = services;
    this.#options = builderOptions;
  }

  /** Kills the process after so many milliseconds, wherever it is then. */
  async killedAfter(specs: readonly ImageSpecParameters[], milliseconds: number): Promise<void> {
    await this.#start(specs, { timeout: milliseconds, killSignal: "SIGKILL" }).catch((error) => {
      if ((error as { killed?: boolean }).killed !== true) throw error;
    });
  }

  async finished(specs: readonly ImageSpecParameters[]): Promise<Built[]> {
    return JSON.parse(await this.#start(specs, {})) as Built[];
  }

  #start(
    specs: readonly ImageSpecParameters[],
    how: { timeout?: number; killSignal?: NodeJS.Signals },
  ): Promise<string> {
    const { registry, platform, images } = this.#services;
    const whole = specs.map((parameters) => ({ registry, platform, baseImage: images.python, ...parameters }));
    const env = { ...process.env, ...serviceEnvironment(this.#services) };
    return new Promise((resolve, reject) => {
      const child = execFile(process.execPath, [SCRIPT], { env, maxBuffer: 2 ** 26, ...how }, (error, stdout) =>
        error ? reject(error) : resolve(stdout),
      );
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(JSON.stringify({ specs: whole, builderOptions: this.#options }));
    });
  }
}
