import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ImageSpec } from "@imagespec/core";
import { type ContainerReport, containerReport } from "../container/container-report.ts";
import { type ImageConfig, imageConfig } from "../container/image-config.ts";
import { type PackageIndex, startPackageIndex } from "../package-index/start-package-index.ts";
import { checkServices } from "./check-services.ts";
import { ContractBuild } from "./contract-build.ts";
import { AWKWARD, type ContractFolder, contractFolder } from "./contract-folder.ts";
import {
  type ContractOptions,
  type ContractPackages,
  LOOPBACK_PACKAGES,
  type MakeBuilder,
  PUBLIC_PACKAGES,
  type Refusable,
  wheelsOf,
} from "./contract-options.ts";
import { lazy } from "./lazy.ts";
import { MARK } from "./leftovers.ts";
import { setEnvironment } from "./set-environment.ts";

/** The image that most cases look at, seen from the outcome, from its config and from inside. */
export interface ParentImage {
  outcome: Awaited<ReturnType<ContractBuild["pulled"]>>["outcome"];
  config: ImageConfig;
  report: ContainerReport;
}

/**
 * What the cases of the contract share for one builder: the builds, sources, packages, and the image most of them look
 * at. Between `start` and `close` it owns variables of this process's environment.
 */
export class Contract {
  readonly options: ContractOptions;
  readonly build: ContractBuild;
  readonly builderType: string;
  readonly packages: ContractPackages;
  /** The image of {@link parent}, built by the first case that asks. */
  readonly parentImage: () => Promise<ParentImage> = lazy(() => this.#buildParent());
  #folder: ContractFolder | undefined;
  #index: PackageIndex | undefined;
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];

  private constructor(options: ContractOptions, build: ContractBuild, builderType: string) {
    this.options = options;
    this.build = build;
    this.builderType = builderType;
    this.packages = options.loopback ? LOOPBACK_PACKAGES : PUBLIC_PACKAGES;
  }

  /** A contract for one builder. Nothing is started or written yet. */
  static async create(make: MakeBuilder, options: ContractOptions): Promise<Contract> {
    return new Contract(options, await ContractBuild.create(make, options), make().builderType);
  }

  /**
   * Sets the environment, makes the sources and starts the package index.
   *
   * @throws ImageSpecError that says what is missing: an engine to start images, or a base image.
   */
  async start(): Promise<void> {
    const folder = await contractFolder();
    this.onClose(folder[Symbol.asyncDispose]);
    this.#folder = folder;
    await mkdir(this.temporaryFolder());
    const { env, services, loopback } = this.options;
    const own = { DOCKER_HOST: services.dockerHost, TMPDIR: this.temporaryFolder(), [MARK]: this.build.run };
    this.onClose(setEnvironment({ ...own, ...env }));
    await checkServices(services, this.build.docker);
    if (!loopback) return;
    this.#index = await startPackageIndex({ packages: wheelsOf(this.packages) });
    this.onClose(this.#index.close);
  }

  /** Registers a clean-up that runs when the contract is closed, the last one first. */
  onClose(undo: () => Promise<unknown> | unknown): void {
    this.#closers.push(undo);
  }

  /** Removes what was built, written and started, and restores the environment. */
  async close(): Promise<void> {
    await this.build.close();
    for (const undo of this.#closers.reverse()) await undo();
  }

  refuses(parameter: Refusable): boolean {
    return this.options.refuses?.includes(parameter) ?? false;
  }

  /** What a spec needs besides the packages' names to find them. */
  pip(): { pipIndex?: string } {
    return this.#index === undefined ? {} : { pipIndex: this.#index.url };
  }

  /** Sources on the host. */
  folder(): string {
    if (this.#folder === undefined) throw new Error("the contract's folder is made when it starts");
    return this.#folder.path;
  }

  /** TMPDIR of the builds. */
  temporaryFolder(): string {
    return join(this.folder(), "tmp");
  }

  /** The spec with packages, env, sources and copied files that children extend. */
  parent(): ImageSpec {
    const parameters = {
      builder: this.builderType,
      packages: [`${this.packages.name}==${this.packages.older}`],
      ...this.pip(),
      env: { ...AWKWARD, PATH: "/spec/bin:/spec/more", PYTHONPATH: "/spec/lib" },
      sourceRoot: "app",
      sourceCopyMode: "all",
      copy: ["conf/settings.json", "data"],
    } as const;
    return this.build.spec("parent", { ...parameters, copy: [...parameters.copy] }, this.folder());
  }

  async #buildParent(): Promise<ParentImage> {
    const { outcome, image } = await this.build.pulled(this.parent());
    const config = await imageConfig(this.build.docker, image);
    const report = await containerReport(this.build.docker, image, ["/root", "/home", "/opt/venv/pyvenv.cfg"]);
    return { outcome, config, report };
  }
}
