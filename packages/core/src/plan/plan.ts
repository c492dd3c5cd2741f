import type { ContentProject, PythonSource } from "../identity/content.ts";
import type { AddressMirrors } from "../mirror/address-mirrors.ts";
import type { SecretMount } from "../resolve/resolved-spec.ts";
import type { BaseImage } from "../spec/base-image.ts";

/**
 * What to build, as serializable data. A Dockerfile is one rendering of it, OCI layers another; `planDocument` is what
 * `imagespec plan` prints.
 */
export interface BuildPlan {
  apiVersion: 1;
  /** Raised when the rendered image should differ for the same spec; part of the tag. */
  recipe: 1;
  /** `registry/name:tag`, or `name:tag` without a registry. */
  reference: string;
  /** Normalised, sorted, at least one: `linux/amd64`. */
  platforms: string[];
  /**
   * The image to start from; fetch a reference through the mirrors of the request. `given` is false when the spec left
   * the base to us: then it is known to hold the wanted Python.
   */
  base: BaseImage & { given: boolean };
  steps: PlanSteps;
}

/**
 * The semantic steps that lead from the base to the image; a step that nothing asks for is left out. Each may rely on
 * those before it, and the image's configuration comes last. Only the account of `user` is needed earlier: Dockerfiles
 * add it first, so that the environment and the files can be given to it. Installs do not see `env`; commands do.
 *
 * @example plan.steps.apt?.packages
 */
export interface PlanSteps {
  apt?: AptStep | undefined;
  environment?: EnvironmentStep | undefined;
  packages?: PackagesStep | undefined;
  env?: EnvStep | undefined;
  files?: FilesStep | undefined;
  commands?: CommandsStep | undefined;
  entrypoint?: EntrypointStep | undefined;
  user: UserStep;
  labels: LabelsStep;
  id: IdStep;
}

/** Debian packages to install. */
export interface AptStep {
  packages: string[];
  /** The base's archives that are read elsewhere, for this installation alone: the image keeps its own addresses. */
  mirrors?: AddressMirrors | undefined;
}

/**
 * The environment the packages go into: /opt/venv, or with conda /opt/micromamba/envs/runtime. One that the base
 * already has at either place is extended, whoever made it, and then `python` only says what it must agree with.
 */
export type EnvironmentStep =
  | { manager: "venv"; prefix: "/opt/venv"; python: PythonSource; uvImage: string; bytecode: boolean }
  | {
      manager: "conda";
      prefix: "/opt/micromamba/envs/runtime";
      /**
       * A Python version `X.Y` or `X.Y.Z` that goes into the solve; undefined where `packages` name `python`
       * themselves.
       */
      pythonVersion: string | undefined;
      packages: string[];
      /** In order of priority; conda-forge is last unless it is named. */
      channels: string[];
      /**
       * Channels that are read elsewhere; records in the image name the channel. A bare name is one of CONDA_CHANNELS.
       */
      mirrors?: AddressMirrors | undefined;
      uvImage: string;
      micromambaImage: string;
      /** Whether its site-packages hold checked-hash bytecode (PEP 552) of every module, and none that is stale. */
      bytecode: boolean;
    };

/** Python packages for the environment of the step before. */
export interface PackagesStep {
  source: /** `requirements` is a path in the context; `packages` are PEP 508 requirements, given together to one resolution. */
    | { from: "requirements"; packages: string[]; requirements?: string | undefined }
    /** Paths in the context of the lock and the pyproject.toml beside it. */
    | { from: "uv-lock"; lock: string; pyproject: string }
    /**
     * What `uvProject` chose of a uv.lock: the path of a pylock.toml (PEP 751) that names every package of another
     * origin with its addresses and hashes, and the projects to build into wheels, each from a folder of the context.
     * Addresses of indexes serve the builds alone, and `requirements`: a file with hashes of what indexes behind a
     * mirror serve, which is installed under LOCKED_OPTIONS; the lock then holds the rest.
     */
    | { from: "pylock"; lock: string; requirements?: string | undefined; projects: readonly LocalProject[] }
    /** `withoutUrls`: the step's indexes stand for those that the project names, and hashes choose among them. */
    | { from: "poetry-lock"; lock: string; pyproject: string; withoutUrls?: boolean | undefined };
  index: string | undefined;
  extraIndexes: string[];
  /**
   * uv's `--torch-backend`: the build of PyTorch from whose index torch and its companions come, and no other package.
   */
  torchBackend?: string | undefined;
  extraArgs: string[];
  secrets: SecretMount[];
}

/** A project whose wheel is built and installed, where its marker holds. */
export type LocalProject = ContentProject;

/** The config's environment variables. `environmentValues` returns what each comes to. */
export interface EnvStep {
  /** The spec's own, sorted by name; any text but for `$NAME` in the value of NAME itself. */
  variables: Record<string, string>;
  /** What leads PATH (the environment's bin) and PYTHONPATH (/root), unless the base is a spec that has it there. */
  lead: { PATH?: string | undefined; PYTHONPATH?: string | undefined };
}

/** Trees of the context laid into the image in this order, owned by the user of the user step. */
export interface FilesStep {
  trees: { from: "source" | "copy"; to: "/root" }[];
}

/**
 * One command each, of any number of lines, run last, as root, in order and in one shell, so that `cd` and variables
 * carry on. The first that fails fails the build. The environment's bin and uv are on PATH.
 */
export interface CommandsStep {
  commands: string[];
  uvImage: string;
}

/** Set, `[]` included, it replaces ENTRYPOINT and drops CMD. Left out, both stay the base's. */
export interface EntrypointStep {
  entrypoint: string[];
}

/** The account that owns /root and the environment, and that containers run as. */
export interface UserStep {
  name: "flytekit";
  home: "/home/flytekit";
  workdir: "/root";
}

/** Labels of the image. */
export interface LabelsStep {
  /** Without `dev.imagespec.builder`, which the builder adds as `TYPE@VERSION`. */
  labels: Record<string, string>;
}

/** The environment variable that says which spec an image is of; set last. */
export interface IdStep {
  variable: "_F_IMG_ID";
  value: string;
}
