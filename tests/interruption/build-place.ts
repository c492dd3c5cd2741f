import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RegistryServer, startRegistry } from "@imagespec/testkit";
import { configJson } from "../support/docker-config.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { CliChild } from "./cli-child.ts";

const USER = "robot";
const PASSWORD = "hunter2-of-the-registry";

/** Texts by which a credential that was left somewhere is found. */
export const CREDENTIALS = [PASSWORD, Buffer.from(`${USER}:${PASSWORD}`).toString("base64")] as const;

/** All that builds of one spec can leave something in: folders of their own and a registry that wants a password. */
export class BuildPlace {
  readonly path: string;
  /** TMPDIR. */
  readonly temporary: string;
  /** IMAGESPEC_CACHE_DIR. */
  readonly cache: string;
  /** XDG_RUNTIME_DIR. */
  readonly runtime: string;
  readonly registry: RegistryServer;
  readonly #environment: Record<string, string>;

  private constructor(path: string, registry: RegistryServer, environment: Record<string, string>) {
    this.path = path;
    this.temporary = join(path, "tmp");
    this.cache = join(path, "cache");
    this.runtime = join(path, "run");
    this.registry = registry;
    this.#environment = environment;
  }

  /** `parameters` are those of a spec file; registry and credentials are added to them. */
  static async make(parameters: object, environment: Record<string, string> = {}): Promise<BuildPlace> {
    const { path } = await temporaryFolder();
    // What points to something that is not there is taken, so that a tag pushed too early is seen.
    const registry = await startRegistry({
      auth: { type: "basic", users: { [USER]: PASSWORD } },
      checkReferences: false,
      storage: { folder: join(path, "registry") },
    });
    const place = new BuildPlace(path, registry, environment);
    for (const folder of [place.temporary, place.cache, place.runtime]) await mkdir(folder, { mode: 0o700 });
    await mkdir(join(path, "project/data"), { recursive: true });
    await writeFile(join(path, "project/data/text.txt"), "data\n".repeat(20_000));
    await writeFile(join(path, "login.json"), configJson({ [registry.host]: `${USER}:${PASSWORD}` }), { mode: 0o600 });
    const spec = { registry: registry.host, registry_config: "../login.json", copy: ["data"], ...parameters };
    await writeFile(join(path, "project/imagespec.json"), JSON.stringify(spec));
    return place;
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      NO_COLOR: "1",
      TMPDIR: this.temporary,
      IMAGESPEC_CACHE_DIR: this.cache,
      XDG_RUNTIME_DIR: this.runtime,
      ...this.#environment,
    };
  }

  /** Starts the command in the spec's folder. */
  start(...args: string[]): CliChild {
    return new CliChild(args, { cwd: join(this.path, "project"), env: this.env });
  }

  /** The digests that tags of the registry have, by `name:tag`. */
  get tags(): Record<string, string> {
    const found = [...this.registry.repositories].flatMap(([name, { tags }]) =>
      [...tags].map(([tag, digest]) => [`${name}:${tag}`, digest] as const),
    );
    return Object.fromEntries(found);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.registry.close();
    await rm(this.path, { recursive: true, force: true });
  }
}
