import type { Readable } from "node:stream";
import type { BuildPlan } from "@imagespec/core/builder";
import type { ImageSource } from "@imagespec/registry";
import type { ExecutorLog } from "./log.ts";

/** One run of the executor: one platform of one image. */
export interface ExecutorTask {
  /** The image's reference or name, for labels and messages. */
  subject: string;
  plan: BuildPlan;
  platform: string;
  args: readonly string[];
  /** Environment of the executor: proxies and the values of build arguments. */
  env: Record<string, string>;
  /** Files the build's steps see at `target`; no layer holds them. */
  secrets: readonly { source: string; target: string }[];
  /** A docker config.json for the executor alone. */
  dockerConfig: string | undefined;
  /** PEM certificates the executor and its steps trust besides their own. */
  certificates: string | undefined;
  /** The context as a gzipped tar; opened once. */
  openContext(): Readable;
  log: ExecutorLog;
  signal: AbortSignal;
}

/** What a run left: the image, readable until disposed of. */
export interface ExecutorOutcome {
  source: ImageSource;
  digest: string;
  /** Removes the container or folder it is in. */
  dispose(): Promise<void>;
}

/** A place to run executors in: a container engine, or the container this process is in. */
export interface ExecutorHost {
  /**
   * Runs the executor to its end; cleans up after itself on failure and on cancel.
   *
   * @throws ImageSpecError E_BUILD and its kin when the executor fails, E_DAEMON when the engine does, E_ABORTED.
   */
  run(task: ExecutorTask): Promise<ExecutorOutcome>;
  /** Loads a docker archive into the engine; undefined where there is none. */
  load?: ((archive: Readable) => Promise<void>) | undefined;
}

/** Folder of the executor's own files: it never deletes it, and no snapshot holds it. */
export const KANIKO_FOLDER = "/kaniko";
export const LAYOUT_PATH = `${KANIKO_FOLDER}/imagespec-layout`;
/** Where the executor looks for credentials of registries. */
export const DOCKER_CONFIG_PATH = `${KANIKO_FOLDER}/.docker/config.json`;
