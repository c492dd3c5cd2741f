import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type FaultProxy, faultProxy, type RegistryServer, startRegistry } from "@imagespec/testkit";
import { configJson } from "../support/docker-config.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { CliChild } from "./cli-child.ts";

const USER = "robot";
const PASSWORD = "hunter2-of-the-registry";

/** Texts by which a credential that was left somewhere is found. */
export const CREDENTIALS = [PASSWORD, Buffer.from(`${USER}:${PASSWORD}`).toString("base64")] as const;

export interface PlaceOptions {
  /** Laid over the environment of every run. */
  env?: Record<string, string> | undefined;
  /**
   * A shell script that is the registry's credential helper; without one the password is in the spec's registry_config.
   */
  helper?: string | undefined;
  /** Pushes begin and get no answer. */
  stallsPushes?: boolean | undefined;
}

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
  /** What builds reach the registry through. */
  readonly proxy: FaultProxy;
  readonly #environment: Record<string, string>;

  private constructor(path: string, registry: RegistryServer, proxy: FaultProxy, environment: Record<string, string>) {
    this.path = path;
    this.temporary = join(path, "tmp");
    this.cache = join(path, "cache");
    this.runtime = join(path, "run");
    this.registry = registry;
    this.proxy = proxy;
    this.#environment = environment;
  }

  /** `parameters` are those of a spec file; registry and credentials are added to them. */
  static async make(parameters: object, { env = {}, helper, stallsPushes }: PlaceOptions = {}): Promise<BuildPlace> {
    const { path } = await temporaryFolder();
    // Manifests that refer to missing content are accepted, so that a tag pushed too early shows.
    const registry = await startRegistry({
      auth: { type: "basic", users: { [USER]: PASSWORD } },
      checkReferences: false,
      storage: { folder: join(path, "registry") },
    });
    const proxy = await faultProxy(
      registry.url,
      stallsPushes ? [{ match: "* /v2/*/blobs/uploads/*", do: { stall: true } }] : [],
    );
    const { host } = proxy;
    const bin = join(path, "bin");
    const place = new BuildPlace(path, registry, proxy, { PATH: `${bin}${delimiter}${process.env.PATH}`, ...env });
    for (const folder of [place.temporary, place.cache, place.runtime, bin]) await mkdir(folder, { mode: 0o700 });
    await mkdir(join(path, "project/data"), { recursive: true });
    await writeFile(join(path, "project/data/text.txt"), "data\n".repeat(20_000));
    if (helper !== undefined) await writeFile(join(bin, "docker-credential-own"), helper, { mode: 0o755 });
    const login =
      helper === undefined
        ? configJson({ [host]: `${USER}:${PASSWORD}` })
        : JSON.stringify({ credHelpers: { [host]: "own" } });
    await writeFile(join(path, "login.json"), login, { mode: 0o600 });
    const spec = { registry: host, registry_config: "../login.json", copy: ["data"], ...parameters };
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

  /** The registry's name in references. */
  get host(): string {
    return this.proxy.host;
  }

  /** The folder with the spec file. */
  get project(): string {
    return join(this.path, "project");
  }

  /** Starts the command in the spec's folder. */
  start(...args: string[]): CliChild {
    return this.startWith([], ...args);
  }

  /** The same, by another program that is given the command and its arguments (`unshare --pid`). */
  startWith(wrapper: readonly string[], ...args: string[]): CliChild {
    return new CliChild(args, { cwd: this.project, env: this.env, wrapper });
  }

  /** Writes another spec file beside the first; returns its path. */
  async writeSpec(name: string, spec: object): Promise<string> {
    const path = join(this.project, name);
    await writeFile(path, JSON.stringify(spec));
    return path;
  }

  /** Writes a file of the spec that no compression makes smaller; its size in MiB. */
  async fill(name: string, size: number): Promise<void> {
    await writeFile(join(this.project, "data", name), randomBytes(size * 1024 ** 2));
  }

  /** Whether a file is there, by its path in the place. */
  has(path: string): boolean {
    return existsSync(join(this.path, path));
  }

  /** The digests that tags of the registry have, by `name:tag`. */
  get tags(): Record<string, string> {
    const found = [...this.registry.repositories].flatMap(([name, { tags }]) =>
      [...tags].map(([tag, digest]) => [`${name}:${tag}`, digest] as const),
    );
    return Object.fromEntries(found);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.proxy.close();
    await this.registry.close();
    await rm(this.path, { recursive: true, force: true });
  }
}
