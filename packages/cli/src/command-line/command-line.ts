import type { BuildOptions, OnUnknown } from "@imagespec/core";
import type { CommandName } from "./commands.ts";

/** What the command line says. Values are as typed; what they mean is checked where they are used. */
export interface CommandLine {
  command: CommandName;
  /** A path, `-` for standard input, or undefined for `imagespec.*` of the working directory. */
  file: string | undefined;
  /** Folder that relative paths of the spec start from. */
  root?: string | undefined;
  targets: string[];
  platform?: string | undefined;
  /** Takes the place of the id that is computed from the parameters. */
  id?: string | undefined;
  insecureRegistries: string[];
  builder?: string | undefined;
  builderOptions: Record<string, unknown>;
  push?: boolean | undefined;
  output?: string | undefined;
  force?: boolean | undefined;
  onUnknown?: string | undefined;
  /** How many images are built at the same time. */
  concurrency?: string | undefined;
  json: boolean;
  /** `inspect`: a page in place of a table. */
  html: boolean;
  /** `build`: where a trace of it is written. */
  trace?: string | undefined;
  files: boolean;
  /** `schema`: of the config file, not of spec files. */
  config: boolean;
  /** `run`: what follows `--`. */
  program: string[];
  /** `run`, `shell`: the command that containers are run with. */
  engine?: string | undefined;
  mountSource: boolean;
  gpus?: string | undefined;
  /** `run`: again whenever a file changes. */
  watch: boolean;
  /** Paths of manifests, `-` for standard input. */
  manifests: string[];
  /** `inspect`: the image to compare with. */
  diff?: string | undefined;
  /** `explain`: the image to compare with. */
  against?: string | undefined;
  /** `init`: ask nothing. */
  yes: boolean;
}

/** What the command line says of every build. */
export function buildOptions({ builder, builderOptions, platform, onUnknown }: CommandLine): BuildOptions {
  return { builder, builderOptions, platform, onUnknown: onUnknown as OnUnknown | undefined };
}
