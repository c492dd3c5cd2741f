import { resolve as resolvePath } from "node:path";
import { ImageSpecError } from "@imagespec/registry/terms";
import { identify } from "../identity/identify.ts";
import { imageReference } from "../identity/image-reference.ts";
import { specId } from "../identity/spec-id.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import { IMAGE_ID_VARIABLE } from "../spec/environment-names.ts";
import type { FlatParameters } from "../spec/parameters.ts";
import { type ParsedParameters, parseParameters, specError } from "../spec/parse-parameters.ts";
import { isSpec, SPEC_BRAND, type Spec } from "../spec/spec.ts";
import { type EnvironmentFreeze, freezeEnvironment } from "./freeze-environment.ts";
import { fromEnvFaults } from "./from-env-faults.ts";

const FORCE: unique symbol = Symbol("force");

/** What an image is made of. Meaning and defaults of each: docs/guide/parameters.md. */
export type ImageSpecParameters = Omit<FlatParameters, "baseImage"> & {
  /** A reference, `oci:PATH`, or another spec, which is built first. */
  baseImage?: string | ImageSpec | ImageSpecParameters | undefined;
};

/** What a spec is made with besides its parameters. */
export interface ImageSpecOptions {
  /** Folder that relative paths start from; by default the working directory. */
  root?: string | undefined;
  /** The files the spec was read from: where they lie in a folder that goes into the image, they stay out. */
  specFiles?: readonly string[] | undefined;
  /**
   * Takes the place of the id that is computed from the parameters, for clients that have ids of their own. Part of the
   * tag; 1 to 128 letters, digits and `_.:=+/-`.
   */
  id?: string | undefined;
}

/** An image has at most 127 layers, and each base adds some. */
const MOST_BASES = 64;
const ID = /^[\w.:=+/-]{1,128}$/;

/** Parameters of {@link ImageSpec.fromEnv}. */
export type FromEnvParameters = ImageSpecParameters & {
  /** Names of installed packages to pin. */
  pinnedPackages?: readonly string[] | undefined;
  /** Interpreter to ask, a name on PATH or a path. */
  python?: string | undefined;
};

/** The parameters of an ImageSpec, as checked. */
export interface ImageSpec extends Spec {
  readonly baseImage?: string | ImageSpec | undefined;
}

/** A container image as data. Frozen; every `with...` returns a new one. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns every parameter of the interface.
export class ImageSpec implements Spec {
  /** Throws one E_SPEC with every fault of the parameters, in camelCase; E_OPTIONS for a bad id. Reads no file. */
  constructor(parameters: ImageSpecParameters = {}, options: ImageSpecOptions = {}) {
    const root = resolvePath(options.root ?? ".");
    if (options.id !== undefined && !ID.test(options.id)) {
      throw new ImageSpecError("E_OPTIONS", `The id ${JSON.stringify(options.id)} cannot be the id of a spec`, {
        hint: "Use 1 to 128 letters, digits and _.:=+/- characters.",
      });
    }
    const parsed = parse(parameters, { root, snakeCase: false, specFiles: options.specFiles });
    Object.assign(this, structuredFreeze({ ...parsed, name: parsed.name ?? "flytekit" }));
    const isForced = (options as { [FORCE]?: boolean })[FORCE] === true;
    for (const [key, value] of [
      ["root", root],
      ["givenId", options.id],
      ["specFiles", Object.freeze((options.specFiles ?? []).map((file) => resolvePath(file)))],
      ["isForced", isForced],
      [SPEC_BRAND, true],
    ] as const) {
      Object.defineProperty(this, key, { value });
    }
    Object.freeze(this);
  }

  /**
   * Makes a spec of data from a file: camelCase or snake_case, nested base specs included. Throws one E_SPEC with
   * every fault. An ImageSpec comes back as it is, but for an `id` given here.
   */
  static parse(input: unknown, options: ImageSpecOptions = {}): ImageSpec {
    const { id, specFiles } = options;
    if (isImageSpec(input)) {
      if (id === undefined && specFiles === undefined) return input;
      const baseImage = isImageSpec(input.baseImage)
        ? ImageSpec.parse(input.baseImage, { specFiles })
        : input.baseImage;
      const made = { force: input.isForced, id: id ?? input.givenId, specFiles: specFiles ?? input.specFiles };
      return remade(input, { baseImage }, made);
    }
    const root = resolvePath(options.root ?? ".");
    return new ImageSpec(parse(input, { root, snakeCase: true, specFiles }), { root, id, specFiles });
  }

  /**
   * Makes a spec of the Python environment at hand: its X.Y as pythonVersion, and after `packages` the
   * `pinnedPackages` in the versions installed there. `python` is the interpreter, by default the one on PATH.
   *
   * @throws ImageSpecError E_SPEC when pythonVersion is given or a package is not installed, E_TOOL_MISSING without a
   * Python.
   */
  static async fromEnv(parameters: FromEnvParameters = {}, options: ImageSpecOptions = {}): Promise<ImageSpec> {
    const { pinnedPackages, python, ...rest } = parameters;
    const faults = fromEnvFaults(parameters);
    if (faults.length > 0) throw specError(faults, parameters.name);
    const freeze: EnvironmentFreeze = await freezeEnvironment(pinnedPackages ?? [], python ?? undefined);
    // A value that is not a list is passed on and reported like any wrong parameter.
    const packages = Array.isArray(rest.packages ?? [])
      ? [...(rest.packages ?? []), ...freeze.packages]
      : rest.packages;
    return new ImageSpec({ ...rest, pythonVersion: freeze.pythonVersion, packages }, options);
  }

  /** Adds Python packages. */
  withPackages(packages: string | readonly string[]): ImageSpec {
    return this.#with({ packages: [...(this.packages ?? []), ...[packages].flat()] });
  }

  /** Adds Debian packages. */
  withAptPackages(packages: string | readonly string[]): ImageSpec {
    return this.#with({ aptPackages: [...(this.aptPackages ?? []), ...[packages].flat()] });
  }

  /** Adds shell commands after those there are. */
  withCommands(commands: string | readonly string[]): ImageSpec {
    return this.#with({ commands: [...(this.commands ?? []), ...[commands].flat()] });
  }

  /** Adds files and folders, laid to the same path below /root. */
  withCopy(paths: string | readonly string[]): ImageSpec {
    return this.#with({ copy: [...(this.copy ?? []), ...[paths].flat()] });
  }

  /** Adds packages that are installed when the container starts; see {@link runtimeCommand}. */
  withRuntimePackages(packages: string | readonly string[]): ImageSpec {
    return this.#with({ runtimePackages: [...(this.runtimePackages ?? []), ...[packages].flat()] });
  }

  /** Lays options over those there are, key by key. */
  withBuilderOptions(options: Readonly<Record<string, unknown>>): ImageSpec {
    // Callers without types pass anything: what has no keys of its own is reported like any wrong parameter.
    const isData = typeof (options ?? {}) === "object" && !Array.isArray(options);
    return this.#with({ builderOptions: isData ? { ...this.builderOptions, ...options } : options });
  }

  /** A spec that is built and pushed even when its image exists; survives every `with...`. */
  forcePush(): ImageSpec {
    return remade(this, {}, { force: true, id: this.givenId, specFiles: this.specFiles });
  }

  /** Hash of the parameters as given, without files and without what the tag leaves out; or the id it was made with. */
  get id(): string {
    return specId(this);
  }

  /** Hash of everything that goes into the image, in the spec's tagFormat. Reads the files the spec names. */
  async tag(): Promise<string> {
    return identify(await this.#resolve()).tag;
  }

  /**
   * `registry/name:tag`, or `name:tag` without a registry. Once `ImageBuildEngine.build()` has built it by a builder
   * that returned another name, that one.
   */
  async imageName(): Promise<string> {
    const resolved = await this.#resolve();
    const { ImageBuildEngine } = await import("../engine/image-build-engine.ts");
    return ImageBuildEngine.realName(imageReference(resolved, identify(resolved)));
  }

  /** Whether this process runs in the image of this spec, or in no image of ours at all. */
  isContainer(): boolean {
    const id = process.env[IMAGE_ID_VARIABLE];
    return id === undefined || id === this.id;
  }

  /**
   * Whether the image exists, in its registry or without one in the container engine: true, false, or null when that
   * cannot be found out.
   */
  async exist(): Promise<boolean | null> {
    const { specPresence } = await import("../presence/spec-presence.ts");
    const { presence } = await specPresence(this);
    return presence.status === "unknown" ? null : presence.status === "present";
  }

  #resolve() {
    return resolveSpec(this, { env: process.env, skipSecretFiles: true });
  }

  /** A given id belongs to exactly these parameters, so a changed spec does not inherit it. */
  #with(changes: ImageSpecParameters): ImageSpec {
    return remade(this, changes, { force: this.isForced, specFiles: this.specFiles });
  }
}

function remade(
  spec: ImageSpec,
  changes: ImageSpecParameters,
  { force, ...kept }: { force: boolean; id?: string | undefined; specFiles?: readonly string[] | undefined },
): ImageSpec {
  const options: ImageSpecOptions & { [FORCE]: boolean } = { root: spec.root, ...kept, [FORCE]: force };
  return new ImageSpec({ ...spec, ...changes }, options);
}

/** Whether a value is an ImageSpec of any copy of this package. */
export function isImageSpec(value: unknown): value is ImageSpec {
  return isSpec(value);
}

interface ParseOptions extends Pick<ImageSpecOptions, "specFiles"> {
  root: string;
  snakeCase: boolean;
}

function parse(input: unknown, options: ParseOptions, above: object[] = []): ParsedParameters {
  if (typeof input === "object" && input !== null && above.includes(input)) {
    throw new ImageSpecError("E_CYCLE", "The base image is its own base", { hint: "Name another baseImage." });
  }
  if (above.length > MOST_BASES) {
    const message = `a base image stands on more than ${MOST_BASES} others`;
    const hint = "Name one of them by its reference.";
    throw specError([{ path: [], code: "too_deep", message, hint }]);
  }
  return parseParameters(input, {
    snakeCase: options.snakeCase,
    parseBase: (base) => new ImageSpec(parse(base, options, [...above, input as object]), options),
  });
}

/** Copies plain data and freezes the copy in depth, so that later changes to the original do not reach the spec. */
function structuredFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || isSpec(value)) return value;
  const copy = Array.isArray(value)
    ? value.map(structuredFreeze)
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, structuredFreeze(inner)]));
  return Object.freeze(copy) as T;
}
