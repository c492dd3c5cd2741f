import { Readable } from "node:stream";
import { engineEndpoint } from "@imagespec/container-engine";
import { dockerode } from "@imagespec/container-engine/dockerode";
import { abortedError, LineSplitter } from "@imagespec/core/builder";
import { type CredentialStore, type ProcessEnvironment, redact } from "@imagespec/registry";
import { BuildLog } from "../build-log.ts";
import { buildFailure } from "../failure.ts";
import { type BuildJob, contextOf } from "../job.ts";
import { SolveStatusReader } from "../progress.ts";
import { dial } from "./docker-engine.ts";
import { readSolveStatus } from "./protobuf.ts";
import { openSession } from "./session.ts";

/** One message of the answer to a build. */
interface Message {
  id?: string;
  aux?: unknown;
  error?: string;
  errorDetail?: { message?: string };
}

const COMMAND = "POST /build?version=2";

/**
 * Has the engine build with its own BuildKit, over its API: for a docker command that needs the buildx plug-in to build
 * and does not have it. The image is then in the engine, under its name.
 */
export async function buildWithEngine(
  job: BuildJob,
  credentials: CredentialStore,
  env: ProcessEnvironment,
): Promise<void> {
  const { signal, inputs, options } = job;
  const log = new BuildLog(job.emit, job.instructions);
  const docker = await dockerode(await engineEndpoint(env));
  const context = Readable.from(contextOf(job), { objectMode: false });
  let contextError: unknown;
  context.on("error", (error) => {
    contextError = error;
  });
  const failed = (error: unknown): unknown => {
    if (signal.aborted) return abortedError(`The build of ${job.reference}`, signal.reason);
    if (contextError !== undefined) return contextError;
    log.line(redact((error as Error).message, job.redact), "stderr");
    return buildFailure({ ...job, command: COMMAND, exitCode: 1, log });
  };
  try {
    const session = await openSession(docker, { secrets: inputs.secrets, credentials, signal });
    try {
      const stream = await dial(docker, {
        path: "/build",
        query: {
          version: "2",
          session: session.id,
          t: job.reference,
          platform: job.platforms.join(","),
          buildargs: JSON.stringify(inputs.arguments),
          nocache: job.force ? "1" : undefined,
          pull: job.pull ? "1" : undefined,
          networkmode: options.network,
          cachefrom: options.cacheFrom.length === 0 ? undefined : JSON.stringify(options.cacheFrom),
        },
        headers: { "Content-Type": "application/x-tar" },
        body: context,
        signal,
      });
      await follow(stream, log, job.redact);
    } finally {
      session.close();
    }
  } catch (error) {
    throw failed(error);
  } finally {
    // When the engine stops reading, the file being sent would stay open.
    context.destroy();
  }
}

/** Reads the engine's answer to its end. It answers 200 first and reports a failure within the stream. */
async function follow(stream: Readable, log: BuildLog, redact: readonly string[]): Promise<void> {
  const reader = new SolveStatusReader(log, redact);
  const read = (line: string): void => {
    if (line.trim() === "") return;
    const message = JSON.parse(line) as Message;
    const error = message.errorDetail?.message ?? message.error;
    if (error !== undefined) throw new Error(error);
    if (message.id === "moby.buildkit.trace" && typeof message.aux === "string") {
      reader.read(readSolveStatus(Buffer.from(message.aux, "base64")));
    }
  };
  // A message is read whole, however long it is.
  const lines = new LineSplitter(read, { longest: Number.POSITIVE_INFINITY });
  try {
    for await (const chunk of stream) lines.write(chunk as Uint8Array);
    lines.end();
  } finally {
    reader.end();
  }
}
