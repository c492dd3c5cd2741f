import type { BuildInputs } from "../inputs.ts";
import type { DockerBuildxOptions } from "../options.ts";

/** What both `docker buildx build` and `docker build` are told. */
export interface BuildCommand {
  reference: string;
  platforms: readonly string[];
  options: DockerBuildxOptions;
  inputs: BuildInputs;
  /** Build every step anew. */
  force?: boolean | undefined;
  /** Ask registries whether the images of FROM have moved. */
  pull?: boolean | undefined;
}

/** What `docker buildx build` is told besides. */
export interface BuildxCommand extends BuildCommand {
  rawJson: boolean;
  metadataFile: string;
  /** `push`, `load`, or what `--output` is told, attribute by attribute: a path may hold commas. */
  output: "push" | "load" | { type: string; dest: string; tar?: false };
  /** Named contexts: name to `oci-layout://...`. */
  contexts?: Readonly<Record<string, string>>;
  /** Whether this buildx knows `--provenance` (0.10). */
  attestations: boolean;
}

/** The arguments of `docker` for a build with the plug-in; the context comes on standard input. */
export function buildxArguments(command: BuildxCommand): string[] {
  const { options, output } = command;
  return [
    "buildx",
    "build",
    ...(options.builder === undefined ? [] : ["--builder", options.builder]),
    `--progress=${command.rawJson ? "rawjson" : "plain"}`,
    ...shared(command),
    ...options.cacheTo.flatMap((cache) => ["--cache-to", cache]),
    ...(command.attestations ? [`--provenance=${provenance(options.provenance)}`] : []),
    ...Object.entries(command.contexts ?? {}).flatMap(([name, source]) => ["--build-context", `${name}=${source}`]),
    "--metadata-file",
    command.metadataFile,
    ...(output === "push" ? ["--push"] : output === "load" ? ["--load"] : ["--output", outputSpec(output)]),
    "-",
  ];
}

/** The arguments of `docker` for a build with its own BuildKit client, into the engine. */
export function dockerBuildArguments(command: BuildCommand): string[] {
  return ["build", "--progress=plain", ...shared(command), "-"];
}

function shared({ reference, platforms, options, inputs, force, pull }: BuildCommand): string[] {
  return [
    ...(force === true ? ["--no-cache"] : []),
    ...(pull === true ? ["--pull"] : []),
    "--tag",
    reference,
    "--platform",
    platforms.join(","),
    ...(options.network === undefined ? [] : ["--network", options.network]),
    ...options.cacheFrom.flatMap((cache) => ["--cache-from", cache]),
    ...Object.keys(inputs.arguments).flatMap((name) => ["--build-arg", name]),
    ...Object.entries(inputs.secrets).flatMap(([id, file]) => ["--secret", `id=${id},${csvField(`src=${file}`)}`]),
  ];
}

function provenance(value: boolean | "min" | "max"): string {
  return typeof value === "string" ? `mode=${value}` : String(value);
}

function outputSpec({ type, dest, tar }: Exclude<BuildxCommand["output"], string>): string {
  return [`type=${type}`, ...(tar === false ? ["tar=false"] : []), csvField(`dest=${dest}`)].join(",");
}

/** docker reads the values of `--secret` and `--output` as a line of CSV. */
function csvField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
