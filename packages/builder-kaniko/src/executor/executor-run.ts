import type { Readable } from "node:stream";
import type { ImageSource } from "@imagespec/registry";
import type { ExecutorLog } from "../log/executor-log.ts";

/** One run of the executor: one platform of one image. */
export interface ExecutorTask {
  /** The image's reference or name, for labels and messages. */
  subject: string;
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

/** Folder of the executor's own files: it never deletes it, and no snapshot holds it. */
export const KANIKO_FOLDER = "/kaniko";
export const LAYOUT_PATH = `${KANIKO_FOLDER}/imagespec-layout`;
/** Where the executor's image keeps certificates, and where steps find ours. */
export const CERTIFICATES_PATH = `${KANIKO_FOLDER}/ssl/certs/imagespec_ca.crt`;
