import type { ImageSpecParameters } from "@imagespec/core";
import { adopted, type BuilderName, built, type Cell, refused, text } from "./cell.ts";

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

const BASE = "python:3.11-slim-bookworm";

/** Each parameter of a spec, and what each builder makes of it. */
export const MATRIX: Record<keyof ImageSpecParameters, Row> = {
  name: { example: { name: "train" }, cells: all(built, adopted) },
  registry: { example: { registry: "localhost:5000" }, cells: all(built, adopted) },
  pythonVersion: {
    example: { baseImage: BASE, pythonVersion: "3.12", packages: ["six"] },
    cells: all(built, refused),
  },
  baseImage: { example: { baseImage: BASE }, cells: all(built, adopted) },
  packages: { example: { packages: ["six"] }, cells: all(built, refused) },
  requirements: { example: { requirements: "requirements.txt" }, cells: all(built, refused) },
  uvProject: {
    example: { requirements: "project/uv.lock", uvProject: { groups: ["lint"] } },
    cells: all(built, refused),
  },
  condaPackages: {
    example: { condaPackages: ["numpy"] },
    cells: { ...all(text(/micromamba[\s\S]*numpy/), refused), "uv-micromamba": built },
  },
  condaChannels: {
    example: { condaPackages: ["numpy"], condaChannels: ["bioconda"] },
    cells: { ...all(text(/bioconda.*conda-forge/s), refused), "uv-micromamba": built },
  },
  aptPackages: {
    example: { aptPackages: ["tree"] },
    cells: all(built, refused),
  },
  commands: {
    example: { commands: ["date"] },
    cells: { ...all(built, refused), "uv-micromamba": refused },
  },
  cuda: {
    example: { baseImage: undefined, cuda: "12.4.1" },
    cells: all(text(/nvidia\/cuda:12\.4\.1-runtime-ubuntu22\.04/), refused),
  },
  cudnn: {
    example: { baseImage: undefined, cuda: "12.4.1", cudnn: "9" },
    cells: all(text(/nvidia\/cuda:12\.4\.1-cudnn-runtime-ubuntu22\.04/), refused),
  },
  platform: { example: { platform: "linux/amd64" }, cells: all(built, adopted) },
  pipIndex: {
    example: { packages: ["six"], pipIndex: "http://localhost:1/simple" },
    cells: all(built, refused),
  },
  pipExtraIndexUrl: {
    example: { packages: ["six"], pipExtraIndexUrl: ["http://localhost:1/simple"] },
    cells: all(built, refused),
  },
  pipExtraArgs: { example: { packages: ["six"], pipExtraArgs: "--no-deps" }, cells: all(built, refused) },
  torchBackend: { example: { packages: ["six"], torchBackend: "cpu" }, cells: all(built, refused) },
  pipSecretMounts: {
    example: { packages: ["six"], pipSecretMounts: [["netrc", "/root/.netrc"]] },
    cells: all(built, refused),
  },
  registryConfig: { example: { registryConfig: "config.json" }, cells: all(built, adopted) },
  env: { example: { env: { A: "it's $5" } }, cells: all(built, refused) },
  entrypoint: { example: { entrypoint: ["python"] }, cells: all(built, refused) },
  tagFormat: { example: { tagFormat: "{spec_hash}-dev" }, cells: all(built, adopted) },
  sourceRoot: { example: { sourceRoot: "app" }, cells: all(built, refused) },
  sourceCopyMode: { example: { sourceRoot: "app", sourceCopyMode: "all" }, cells: all(built, refused) },
  copy: { example: { copy: ["app"] }, cells: all(built, refused) },
  pythonExec: {
    example: { pythonExec: "/usr/bin/python3", packages: ["six"] },
    cells: all(built, refused),
  },
  runtimePackages: { example: { runtimePackages: ["ipdb"] }, cells: all(built, adopted) },
  builder: { example: { builder: "docker-buildx" }, cells: all(built, adopted) },
  builderOptions: {
    example: { builderOptions: { network: "host" } },
    cells: all(built, refused),
  },
  bytecode: {
    example: { packages: ["six"], bytecode: false },
    cells: all(built, refused),
  },
  builderConfig: {
    example: { packages: ["six"], builderConfig: { uvImage: "example.com/tools/uv:1" } },
    cells: { ...all(text(/FROM example\.com\/tools\/uv:1 /), refused), "uv-micromamba": built },
  },
};
