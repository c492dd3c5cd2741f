/**
 * What to build, in semantic steps, as serializable data. A Dockerfile is one rendering of it, OCI layers another.
 * Steps come in this order, each kind at most once: base, apt, environment, packages, env, files, commands, entrypoint,
 * user, labels, id. Installs do not see `env`; commands do.
 */
export interface BuildPlan {
  apiVersion: 1;
  /** Raised when the rendered image should differ for the same spec; part of the tag. */
  recipe: 1;
  /** `registry/name:tag`, or `name:tag` without a registry. */
  reference: string;
  /** Normalised, sorted, at least one: `linux/amd64`. */
  platforms: string[];
  /** An image reference, or `oci:PATH`. Fetch it through the mirrors of the request. */
  base: string;
  steps: PlanStep[];
}

export type PlanStep =
  | BaseStep
  | AptStep
  | EnvironmentStep
  | PackagesStep
  | EnvStep
  | FilesStep
  | CommandsStep
  | EntrypointStep
  | UserStep
  | LabelsStep
  | IdStep;

export interface BaseStep {
  kind: "base";
  image: string;
  /** False when the spec left the base to us: then it is known to hold the wanted Python. */
  given: boolean;
}

export interface AptStep {
  kind: "apt";
  packages: string[];
}

/** Where an environment's Python comes from. */
export type PythonSource =
  /** The base's python3; none there is E_NO_PYTHON. */
  | { from: "base" }
  /** The base's python3 when it is that version (`3.12` matches `3.12.4`), else uv-managed in /opt/python. */
  | { from: "version"; version: string }
  /** That interpreter, with its site packages. */
  | { from: "exec"; path: string };

/**
 * The environment the packages go into: /opt/venv, or with conda /opt/micromamba/envs/runtime. One that the base
 * already has at either place is extended, whoever made it, and then `python` only says what it must agree with.
 */
export type EnvironmentStep =
  | { kind: "environment"; manager: "venv"; prefix: "/opt/venv"; python: PythonSource; uvImage: string }
  | {
      kind: "environment";
      manager: "conda";
      prefix: "/opt/micromamba/envs/runtime";
      /** A Python version `X.Y` or `X.Y.Z` that goes into the solve, unless condaPackages name `python` themselves. */
      pythonVersion: string | undefined;
      packages: string[];
      /** In order of priority; conda-forge is last unless it is named. */
      channels: string[];
      uvImage: string;
      micromambaImage: string;
    };

/** Python packages for the environment of the step before. */
export interface PackagesStep {
  kind: "packages";
  source: /** `requirements` is a path in the context; `packages` are PEP 508 requirements, given together to one resolution. */
    | { from: "requirements"; packages: string[]; requirements?: string }
    /** Paths in the context of the lock and the pyproject.toml beside it. */
    | { from: "uv-lock"; lock: string; pyproject: string }
    | { from: "poetry-lock"; lock: string; pyproject: string };
  index: string | undefined;
  extraIndexes: string[];
  extraArgs: string[];
  /** Ids are keys of `BuildRequest.secrets`; `target` is where the file is mounted for this step alone. */
  secrets: { id: string; target: string }[];
}

/** Config environment, any text byte for byte, sorted by name. PATH and PYTHONPATH here are the spec's own part. */
export interface EnvStep {
  kind: "env";
  variables: Record<string, string>;
}

/** Trees of the context laid into the image in this order, owned by the user of the user step. */
export interface FilesStep {
  kind: "files";
  trees: { from: "source" | "copy"; to: "/root" }[];
}

/** One shell command line each, run last, as root, in order, joined with `&&`, uv on PATH. */
export interface CommandsStep {
  kind: "commands";
  commands: string[];
  uvImage: string;
}

/** Set, `[]` included, it replaces ENTRYPOINT and drops CMD. Left out, both stay the base's. */
export interface EntrypointStep {
  kind: "entrypoint";
  entrypoint: string[];
}

export interface UserStep {
  kind: "user";
  name: "flytekit";
  home: "/home/flytekit";
  workdir: "/root";
}

export interface LabelsStep {
  kind: "labels";
  /** Without `dev.imagespec.builder`, which the builder adds as `TYPE@VERSION`. */
  labels: Record<string, string>;
}

export interface IdStep {
  kind: "id";
  variable: "_F_IMG_ID";
  value: string;
}

/** The step of that kind, when the plan has one. */
export function planStep<K extends PlanStep["kind"]>(
  plan: BuildPlan,
  kind: K,
): Extract<PlanStep, { kind: K }> | undefined {
  return plan.steps.find((step): step is Extract<PlanStep, { kind: K }> => step.kind === kind);
}
