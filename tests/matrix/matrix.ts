import type { ImageSpecParameters } from "@imagespec/core";
import { adopted, type BuilderName, built, type Cell, contract, e2e, parameters, refused, text } from "./cell.ts";

export interface Row {
  /** A spec that uses the parameter. Paths are those of the fixture folder of the test. */
  example: ImageSpecParameters;
  cells: Record<BuilderName, Cell>;
}

/** The same cell for the builders that build; `noop` beside it. */
const all = (cell: Cell, noop: Cell): Record<BuilderName, Cell> => ({
  "uv-micromamba": cell,
  "docker-buildx": cell,
  kaniko: cell,
  noop,
});

const PACKAGES = contract("describe-image.ts", "python is the environment's, made of the base's, and has the packages");
const FILES = contract(
  "describe-image.ts",
  "/root and the files in it belong to flytekit, with git's modes; nothing else came along",
);
const CHILD = contract(
  "describe-children.ts",
  "extends the environment, replaces a distribution once, and sets its own entrypoint",
);
const OUTCOME = contract("describe-image.ts", "the outcome names what the registry has");
const TOGETHER = parameters(
  "describe-together.ts",
  "requirements, packages, pipIndex, pipExtraIndexUrl and pipExtraArgs together",
);
const NEITHER = parameters("describe-together.ts", "tagFormat and runtimePackages: neither is content");
const cases = (file: string, test: string) => built(parameters(`describe-${file}.ts`, test));
const conda = (test: string) => built(e2e("uv-micromamba-conda.test.ts", test));
const CONDA = conda("start: real Python, relocated scripts, a package for any platform, a pip package on top");
const BASE = "python:3.11-slim-bookworm";

/** Each parameter of a spec, and what each builder makes of it. */
export const MATRIX: Record<keyof ImageSpecParameters, Row> = {
  name: {
    example: { name: "train" },
    cells: all(built(contract("describe-image.ts", "labels and _F_IMG_ID say what it is")), adopted),
  },
  registry: { example: { registry: "localhost:5000" }, cells: all(built(OUTCOME), adopted) },
  pythonVersion: {
    example: { baseImage: BASE, pythonVersion: "3.12", packages: ["six"] },
    cells: {
      ...all(cases("python", "pythonVersion: one the base lacks is installed by uv into /opt/python"), refused),
      kaniko: cases("together", "pythonVersion: one the base lacks is installed by uv into /opt/python, beside others"),
    },
  },
  baseImage: { example: { baseImage: BASE }, cells: all(built(CHILD), adopted) },
  packages: { example: { packages: ["six"] }, cells: all(built(PACKAGES), refused) },
  requirements: {
    example: { requirements: "requirements.txt" },
    cells: {
      ...all(
        built(
          parameters(
            "describe-packages.ts",
            "requirements: -r and -c files, beside packages, in one resolution; scripts run",
          ),
          parameters("describe-locks.ts", "uv.lock: what it pins, without the project and its dev group"),
        ),
        refused,
      ),
      kaniko: built(
        TOGETHER,
        parameters("describe-together.ts", "uv.lock over pythonExec: what it pins, in a venv of that interpreter"),
      ),
    },
  },
  condaPackages: {
    example: { condaPackages: ["numpy"] },
    cells: {
      ...all(text(/micromamba[\s\S]*numpy/), refused),
      "uv-micromamba": CONDA,
    },
  },
  condaChannels: {
    example: { condaPackages: ["numpy"], condaChannels: ["bioconda"] },
    cells: { ...all(text(/bioconda.*conda-forge/s), refused), "uv-micromamba": CONDA },
  },
  aptPackages: {
    example: { aptPackages: ["tree"] },
    cells: {
      ...all(cases("bases", "aptPackages: installed, without leaving lists or archives behind"), refused),
      "uv-micromamba": refused,
      kaniko: cases("together", "aptPackages: what they bring runs"),
    },
  },
  commands: {
    example: { commands: ["date"] },
    cells: {
      ...all(
        built(contract("describe-commands.ts", "run as root in /root, in order, see env and files, and have uv")),
        refused,
      ),
      "uv-micromamba": refused,
    },
  },
  cuda: {
    example: { baseImage: undefined, cuda: "12.4.1" },
    cells: all(text(/nvidia\/cuda:12\.4\.1-runtime-ubuntu22\.04/), refused),
  },
  cudnn: {
    example: { baseImage: undefined, cuda: "12.4.1", cudnn: "9" },
    cells: all(text(/nvidia\/cuda:12\.4\.1-cudnn-runtime-ubuntu22\.04/), refused),
  },
  platform: { example: { platform: "linux/amd64" }, cells: all(built(OUTCOME), adopted) },
  pipIndex: {
    example: { packages: ["six"], pipIndex: "http://localhost:1/simple" },
    cells: all(built(PACKAGES), refused),
  },
  pipExtraIndexUrl: {
    example: { packages: ["six"], pipExtraIndexUrl: ["http://localhost:1/simple"] },
    cells: {
      ...all(cases("packages", "pipIndex and pipExtraIndexUrl: a package that the extra index alone holds"), refused),
      kaniko: built(TOGETHER),
    },
  },
  pipExtraArgs: {
    example: { packages: ["six"], pipExtraArgs: "--no-deps" },
    cells: { ...all(cases("packages", "pipExtraArgs: reach the installer"), refused), kaniko: built(TOGETHER) },
  },
  pipSecretMounts: {
    example: { packages: ["six"], pipSecretMounts: [["netrc", "/root/.netrc"]] },
    cells: all(
      built(contract("describe-secrets.ts", "the secret is in no layer, config, history, event, command line or tag")),
      refused,
    ),
  },
  registryConfig: {
    example: { registryConfig: "config.json" },
    cells: all(
      cases("registry", "registryConfig: pushes to, looks in and takes its base from a registry with a password"),
      adopted,
    ),
  },
  env: {
    example: { env: { A: "it's $5" } },
    cells: all(built(contract("describe-image.ts", "every value of env arrives byte for byte")), refused),
  },
  entrypoint: {
    example: { entrypoint: ["python"] },
    cells: all(built(CHILD, contract("describe-bases.ts", "entrypoint [] drops ENTRYPOINT and CMD")), refused),
  },
  tagFormat: {
    example: { tagFormat: "{spec_hash}-dev" },
    cells: {
      ...all(cases("registry", "tagFormat: puts the hash into a form of one's own"), adopted),
      kaniko: built(NEITHER),
    },
  },
  sourceRoot: { example: { sourceRoot: "app" }, cells: all(built(FILES), refused) },
  sourceCopyMode: { example: { sourceRoot: "app", sourceCopyMode: "all" }, cells: all(built(FILES), refused) },
  copy: { example: { copy: ["app"] }, cells: all(built(FILES), refused) },
  pythonExec: {
    example: { pythonExec: "/usr/bin/python3", packages: ["six"] },
    cells: {
      ...all(cases("python", "pythonExec: a venv over that interpreter, with its site packages"), refused),
      kaniko: cases("together", "uv.lock over pythonExec: what it pins, in a venv of that interpreter"),
    },
  },
  runtimePackages: {
    example: { runtimePackages: ["ipdb"] },
    cells: {
      ...all(
        cases("packages", "runtimePackages: installed when the container starts, not in the image nor in the tag"),
        adopted,
      ),
      kaniko: built(NEITHER),
    },
  },
  builder: {
    example: { builder: "docker-buildx" },
    cells: all(
      built(
        e2e("errors.test.ts", "builder unknown"),
        e2e("cli.test.ts", "prints the reference with its digest and nothing else; the second run reuses it, fast"),
      ),
      adopted,
    ),
  },
  builderOptions: {
    example: { builderOptions: { network: "host" } },
    cells: {
      // With network "host" alone are the packages of the contract's loopback index reached.
      ...all(built(PACKAGES), refused),
      "uv-micromamba": conda("name packages whose link scripts are not run, and refuse them under strict"),
    },
  },
  builderConfig: {
    example: { packages: ["six"], builderConfig: { uvImage: "example.com/tools/uv:1" } },
    cells: {
      ...all(text(/FROM example\.com\/tools\/uv:1 /), refused),
      "uv-micromamba": built(
        parameters("uv-micromamba.test.ts", "builderConfig: uv comes out of uvImage where the host has none"),
      ),
    },
  },
};
