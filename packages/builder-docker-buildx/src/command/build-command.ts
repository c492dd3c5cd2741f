import type { BuildInputs } from "../inputs/build-inputs.ts";
import type { DockerBuildxOptions } from "../options/options.ts";

/** What both `docker buildx build` and `docker build` are told. */
export interface BuildCommand {
  reference: string;
  platforms: readonly string[];
  options: DockerBuildxOptions;
  inputs: BuildInputs;
}

export interface BuildxCommand extends BuildCommand {
  rawJson: boolean;
  metadataFile: string;
  /** `push`, `load`, or the value of `--output`. */
  output: "push" | "load" | { spec: string };
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
    ...(output === "push" ? ["--push"] : output === "load" ? ["--load"] : ["--output", output.spec]),
    "-",
  ];
}

/** The arguments of `docker` for a build with its own BuildKit client, into the engine. */
export function dockerBuildArguments(command: BuildCommand): string[] {
  return ["build", "--progress=plain", ...shared(command), "-"];
}

function shared({ reference, platforms, options, inputs }: BuildCommand): string[] {
  return [
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

/** docker reads the value of `--secret` as a line of CSV. */
function csvField(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
