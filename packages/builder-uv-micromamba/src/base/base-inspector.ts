import { ENVIRONMENT_PREFIXES, ImageSpecError } from "@imagespec/core/builder";
import type { Descriptor } from "@imagespec/registry";
import type { RecordStore } from "../cache/record-store.ts";
import { lazy } from "../lazy.ts";
import { type Libc, MACHINES } from "../target/python-target.ts";
import type { BaseImage } from "./base-image.ts";
import { configVariable } from "./config-variable.ts";
import { FileTree, type Located } from "./file-tree.ts";
import { distributionOf, type InstalledDistribution } from "./installed-distribution.ts";
import type { LayerBlob } from "./read-files.ts";
import type { LayerIndex } from "./scan-layer.ts";

/** Part of the cache key; raised when the facts kept of a layer change. */
const INDEX = 8;
const [VENV_PREFIX, CONDA_PREFIX] = [ENVIRONMENT_PREFIXES.venv.slice(1), ENVIRONMENT_PREFIXES.conda.slice(1)];
/** Docker's, when a config names no PATH; also where the system's programs are. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export interface BasePython {
  /** Absolute path of the interpreter itself, links followed. */
  path: string;
  /** `3.11` */
  minor: string;
  /** `3.11.2`; undefined where the interpreter does not state it. */
  version: string | undefined;
}

/** An environment the base has at one of the two places of the runtime contract. */
export interface BaseEnvironment {
  kind: "venv" | "conda";
  /** Absolute. */
  prefix: string;
  python: BasePython;
  distributions: InstalledDistribution[];
}

/** What a base image is, read from its layers when it is asked for, and kept by layer digest. */
export class BaseInspector {
  readonly tree: FileTree;
  readonly #image: BaseImage;
  readonly #records: RecordStore;
  readonly #signal: AbortSignal;
  /** How many layers lie over those of the image. */
  readonly #above: number;

  /** `under` is the tree of the image's files below one layer that is still to be made. */
  constructor(image: BaseImage, records: RecordStore, signal: AbortSignal, under?: FileTree) {
    this.#image = image;
    this.#records = records;
    this.#signal = signal;
    this.#above = under === undefined ? 0 : 1;
    this.tree = under ?? new FileTree(image.layers.map((layer) => lazy(() => this.#indexOf(layer))).reverse());
  }

  /** The same image under a layer that is still to be made. Of its files only those with a `text` can be read. */
  under(upper: LayerIndex): BaseInspector {
    return new BaseInspector(this.#image, this.#records, this.#signal, this.tree.under(upper));
  }

  async #indexOf(layer: Descriptor): Promise<LayerIndex> {
    const signal = this.#signal;
    const { entries } = await this.#records.known("base-layers", this.#keyOf(layer), async () => {
      // Most bases are known.
      const { scanLayer } = await import("./scan-layer.ts");
      const blob = this.#image.source.getBlob(layer, { signal });
      return scanLayer(blob, this.#subjectOf(layer), signal, { diffId: this.#diffIdOf(layer) });
    });
    // Without a prototype, as when it was scanned, since paths are names from outside.
    return { entries: Object.setPrototypeOf(entries, null) };
  }

  #keyOf(layer: Descriptor): unknown {
    return { layer: layer.digest, diffId: this.#diffIdOf(layer), index: INDEX };
  }

  /** What the image's config says of the layer's uncompressed content. */
  #diffIdOf(layer: Descriptor): string | undefined {
    const { layers, config } = this.#image;
    return config.rootfs.diff_ids[layers.indexOf(layer)];
  }

  #subjectOf({ digest }: Descriptor): string {
    return `layer ${digest.slice(7, 19)} of ${this.#image.name}`;
  }

  /** The layer of the image that holds a file; undefined where none does, or one above the image. */
  async #layerOf(path: string): Promise<Descriptor | undefined> {
    return this.#layerAt(await this.tree.layerOf(path));
  }

  #layerAt(fromTop: number): Descriptor | undefined {
    const at = fromTop - this.#above;
    return at < 0 ? undefined : this.#image.layers.at(-1 - at);
  }

  /** Whether all layers were read before, so that no question needs the registry. */
  async isKnown(): Promise<boolean> {
    const found = this.#image.layers.map((layer) => this.#records.has("base-layers", this.#keyOf(layer)));
    return (await Promise.all(found)).every(Boolean);
  }

  /**
   * The text of a small file, links followed; "" where it is not there.
   *
   * @throws ImageSpecError E_UNSUPPORTED for a large one, for what is not a file and for a link that leads nowhere,
   * which a layer would put a file in the place of.
   */
  async text(path: string): Promise<string> {
    const found = await this.tree.resolve(path);
    if (found === undefined && (await this.tree.get(path)) === undefined) return "";
    if (found?.entry.type !== "file")
      throw new ImageSpecError("E_UNSUPPORTED", `/${path} of ${this.#image.name} is not a file`, {
        hint: "Build with docker-buildx or kaniko, or use a base with a file there.",
      });
    return found.entry.text ?? this.#read(found.located);
  }

  /** Reads the layer again for a file whose text was not kept: /etc/passwd may be a link to anywhere. */
  async #read({ path, at }: Located): Promise<string> {
    const layer = this.#layerAt(at);
    if (layer === undefined) return "";
    const { readText } = await import("./read-files.ts");
    return readText(this.#blobOf(layer, this.#signal), path);
  }

  /** Digests of the layers that hold these files, from the bottom up: what decides their contents. */
  async layersOf(paths: readonly string[]): Promise<string[]> {
    const found = new Set<Descriptor | undefined>();
    for (const path of paths) found.add(await this.#layerOf(path));
    return this.#image.layers.filter((layer) => found.has(layer)).map(({ digest }) => digest);
  }

  /** The contents of files of the base, by path; a layer is read once, for those whose texts are not kept. */
  async contents(paths: readonly string[], signal = this.#signal): Promise<Map<string, Buffer>> {
    const byLayer = new Map<Descriptor, Set<string>>();
    const found = new Map<string, Buffer>();
    for (const path of paths) {
      const layer = await this.#layerOf(path);
      const text = (await this.tree.get(path))?.text;
      if (layer !== undefined && text !== undefined) found.set(path, Buffer.from(text));
      else if (layer !== undefined) byLayer.set(layer, (byLayer.get(layer) ?? new Set()).add(path));
    }
    if (byLayer.size === 0) return found;
    const { readFiles } = await import("./read-files.ts");
    for (const [layer, wanted] of byLayer)
      for (const [path, content] of await readFiles(this.#blobOf(layer, signal), wanted)) found.set(path, content);
    return found;
  }

  #blobOf(layer: Descriptor, signal: AbortSignal): LayerBlob {
    return { bytes: this.#image.source.getBlob(layer, { signal }), subject: this.#subjectOf(layer), signal };
  }

  /** The interpreter a command name or absolute path stands for; undefined where there is none. */
  async python(command: string): Promise<BasePython | undefined> {
    // A PATH that a spec gave the base may leave out the system's programs; steps of Dockerfiles find them all the
    // same.
    const path = [configVariable(this.#image.config.config?.Env ?? [], "PATH") ?? "", DEFAULT_PATH].join(":");
    const folders = path.split(":").filter((folder) => folder !== "");
    const candidates = command.includes("/") ? [command] : folders.map((folder) => `${folder}/${command}`);
    for (const candidate of candidates) {
      const found = await this.tree.resolve(candidate);
      if (found === undefined || found.entry.type !== "file" || (found.entry.mode & 0o111) === 0) continue;
      return this.#describe(found.path, found.entry.version);
    }
    return undefined;
  }

  /** The C library, which decides what wheels can be loaded; undefined where there is none. */
  async libc(): Promise<Libc | undefined> {
    const { architecture } = this.#image.platform;
    const arch = MACHINES[architecture] ?? architecture;
    const glibc = [`lib/${arch}-linux-gnu`, `usr/lib/${arch}-linux-gnu`, "lib64", "usr/lib64", "lib", "usr/lib"];
    for (const folder of glibc) {
      const found = await this.tree.resolve(`${folder}/libc.so.6`);
      const version = /^glibc (\d+)\.(\d+)/.exec(found?.entry.version ?? "");
      if (version) return { family: "glibc", major: Number(version[1]), minor: Number(version[2]) };
    }
    const musl =
      (await this.tree.resolve(`lib/ld-musl-${arch}.so.1`)) ??
      (await this.tree.resolve(`usr/lib/ld-musl-${arch}.so.1`));
    if (musl === undefined) return undefined;
    const version = /^musl (\d+)\.(\d+)/.exec(musl.entry.version ?? "musl 1.2");
    return { family: "musl", major: Number(version?.[1] ?? 1), minor: Number(version?.[2] ?? 2) };
  }

  /**
   * The environment the base has already, whoever made it.
   *
   * @throws ImageSpecError E_UNSUPPORTED for one that cannot be understood.
   */
  async environment(): Promise<BaseEnvironment | undefined> {
    for (const place of [VENV_PREFIX, CONDA_PREFIX]) {
      // A venv step over a conda environment leaves /opt/venv as a link to it; layers are written to the real folder.
      const prefix = (await this.tree.resolve(place))?.path;
      const command = prefix === undefined ? undefined : await this.tree.resolve(`${prefix}/bin/python`);
      if (prefix === undefined || command === undefined) continue;
      // Scripts name the link or the folder, depending on who wrote them.
      if (prefix !== place && prefix !== CONDA_PREFIX)
        throw new ImageSpecError("E_UNSUPPORTED", `/${place} of ${this.#image.name} is a link to /${prefix}`, {
          hint: "Build with docker-buildx, or use a base whose environment is a folder.",
        });
      const names = await this.tree.list(`${prefix}/lib`);
      const folder = names.find((name) => /^python3\.\d+$/.test(name));
      if (folder === undefined)
        throw new ImageSpecError(
          "E_UNSUPPORTED",
          `The environment /${prefix} of ${this.#image.name} has no lib/python3.X`,
          { hint: "Build with docker-buildx or kaniko, or use a base without it." },
        );
      const python = { ...(await this.#describe(command.path, command.entry.version)), minor: folder.slice(6) };
      const site = `${prefix}/lib/${folder}/site-packages`;
      const distributions = (await this.tree.list(site)).flatMap(distributionOf);
      return { kind: prefix === CONDA_PREFIX ? "conda" : "venv", prefix: `/${prefix}`, python, distributions };
    }
    return undefined;
  }

  async #describe(path: string, scanned: string | undefined): Promise<BasePython> {
    const prefix = path.split("/").slice(0, -2).join("/");
    const at = prefix === "" ? "" : `${prefix}/`;
    let minor = /python(3\.\d+)$/.exec(path)?.[1];
    minor ??= (await this.tree.list(`${at}lib`))
      .map((name) => /^python(3\.\d+)$/.exec(name)?.[1])
      .find((found) => found);
    if (minor === undefined)
      throw new ImageSpecError(
        "E_UNSUPPORTED",
        `The version of /${path} in ${this.#image.name} cannot be determined by reading`,
        { hint: "Build with docker-buildx or kaniko, which can run it, or set pythonVersion." },
      );
    let version = scanned;
    version ??= (await this.tree.resolve(`${at}lib/libpython${minor}.so.1.0`))?.entry.version;
    const stated = configVariable(this.#image.config.config?.Env ?? [], "PYTHON_VERSION");
    if (version === undefined && stated?.startsWith(`${minor}.`)) version = stated;
    return { path: `/${path}`, minor, version };
  }
}
