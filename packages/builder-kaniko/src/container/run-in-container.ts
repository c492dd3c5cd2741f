import { type Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { engineError } from "@imagespec/container-engine/dockerode";
import { abortedError, isBrokenPipe } from "@imagespec/core/builder";
import { KANIKO_CA_PATH } from "@imagespec/dockerfile";
import { ImageSpecError } from "@imagespec/registry";
import type Docker from "dockerode";
import type { Container, ContainerCreateOptions, ContainerInspectInfo } from "dockerode";
import { executorFailure, noImage } from "../executor/failure.ts";
import { DOCKER_CONFIG_PATH, type ExecutorOutcome, type ExecutorTask, LAYOUT_PATH } from "../executor/task.ts";
import { ContainerLayout } from "./container-layout.ts";
import { putFiles } from "./put-files.ts";

/** How long a cancelled build waits for its container to be removed, in milliseconds. */
const REMOVAL_TIME_MS = 4000;

/** How long to wait before asking again whether a container whose output has ended is gone, in milliseconds. */
const END_PAUSE_MS = 50;

/** The engine, and what a container is made of besides the task. */
export interface ContainerOptions {
  docker: Docker;
  /** The engine's address, for messages. */
  host: string;
  /** The executor's image, which the engine holds. */
  image: string;
  network: string | undefined;
  /** Bytes. */
  memory: number | undefined;
  /** Labels by which a later process recognises the container. */
  labels: Record<string, string>;
}

/**
 * Runs the executor in a container of the engine: context on its standard input, image in its own file system, from
 * which it is read. The container is removed when the outcome is disposed of, on failure and on cancel.
 *
 * @throws ImageSpecError E_BUILD and its kin when the executor fails, E_DAEMON when the engine does, E_ABORTED.
 */
export async function runInContainer(options: ContainerOptions, task: ExecutorTask): Promise<ExecutorOutcome> {
  const cancelled = () => abortedError(`The build of ${task.subject}`, task.signal.reason);
  if (task.signal.aborted) throw cancelled();
  const container = await create(options, task);
  let removal: Promise<void> | undefined;
  // Called once: a second request would be refused while the first is under way, and could not tell when it ends.
  const remove = () => {
    removal ??= removeContainer(container).catch((error: unknown) => {
      removal = undefined;
      throw error;
    });
    return removal;
  };
  const stop = () => void remove().catch(() => undefined);
  task.signal.addEventListener("abort", stop, { once: true });
  try {
    if (task.signal.aborted) throw cancelled();
    const layout = await follow(container, options, task);
    return { ...layout, dispose: remove };
  } catch (error) {
    task.log.end("failed");
    const removed = remove().catch(() => undefined);
    if (!task.signal.aborted) await removed;
    else {
      // An engine that is busy goes on without its client, which has 5 s to end.
      await Promise.race([removed, sleep(REMOVAL_TIME_MS, undefined, { ref: false })]);
      throw cancelled();
    }
    throw error;
  } finally {
    task.signal.removeEventListener("abort", stop);
  }
}

async function follow(
  container: Container,
  options: ContainerOptions,
  task: ExecutorTask,
): Promise<{ source: ContainerLayout; digest: string }> {
  const subject = `container of ${options.image}`;
  // Credentials and certificates go straight into the container's file system: no file on this machine, no argument.
  const files = { [DOCKER_CONFIG_PATH]: task.dockerConfig, [KANIKO_CA_PATH]: task.certificates };
  const engine = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: unknown) => {
      throw engineError(options.host, error);
    });
  await engine(putFiles(container, files));
  const streams = { stream: true, stdin: true, stdout: true, stderr: true, hijack: true };
  const stream = await engine(container.attach(streams));
  const output = demultiplex(container, stream, task);
  await container.start().catch((error: unknown) => {
    throw startError(options, error, subject, task);
  });
  const feeding = feed(task.openContext(), stream);
  // When the context cannot be read, the executor would wait for it forever, so it is not waited for.
  const exited = output.then(() => engine(endState(container)));
  feeding.catch(() => undefined);
  exited.catch(() => undefined);
  const state = await Promise.race([exited, feeding.then(() => exited)]);
  const { ExitCode: exitCode } = state;
  if (exitCode !== 0) {
    throw executorFailure({
      subject,
      plan: task.plan,
      platform: task.platform,
      exitCode,
      outOfMemory: state.OOMKilled,
      reason: state.Error || undefined,
      instruction: task.log.instruction,
      tail: task.log.tail,
    });
  }
  const source = new ContainerLayout(container, { host: options.host, path: LAYOUT_PATH });
  const digest = await source.imageDigest({ signal: task.signal });
  if (digest === undefined) throw noImage(subject, task.platform, task.log.tail);
  task.log.end("done");
  return { source, digest };
}

/**
 * How a container ended whose output did. It is asked, rather than waited for: an answer that the engine begins and
 * never ends, since it was stopped itself, would be waited for forever.
 */
async function endState(container: Container): Promise<ContainerInspectInfo["State"]> {
  for (;;) {
    const { State: state } = await container.inspect();
    if (!state.Running) return state;
    await sleep(END_PAUSE_MS);
  }
}

async function create(options: ContainerOptions, task: ExecutorTask): Promise<Container> {
  const create: ContainerCreateOptions = {
    Image: options.image,
    Cmd: [...task.args],
    Env: Object.entries(task.env).map(([name, value]) => `${name}=${value}`),
    Labels: options.labels,
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: options.network,
      Memory: options.memory,
      MemorySwap: options.memory,
      Mounts: task.secrets.map(({ source, target }) => ({
        Type: "bind" as const,
        Source: source,
        Target: target,
        ReadOnly: true,
      })),
    },
  };
  try {
    // Not cancelled half-way: the engine might create a container whose id is never learnt.
    return await options.docker.createContainer(create);
  } catch (error) {
    const { statusCode, message } = error as { statusCode?: number; message?: string };
    if (statusCode === undefined) throw engineError(options.host, error);
    const hint = /bind source path does not exist/.test(message ?? "")
      ? "Use an engine on this machine: secret mounts need files that the engine sees."
      : "Check builderOptions network and memory.";
    const said = `The engine at ${options.host} cannot create a container of ${options.image}: ${message}`;
    throw new ImageSpecError("E_BUILD", said, { cause: error, hint });
  }
}

/** Cuts the engine's stream into the executor's two outputs; done when the stream ends. */
function demultiplex(container: Container, stream: NodeJS.ReadWriteStream, { log }: ExecutorTask): Promise<void> {
  const sink = (name: "stdout" | "stderr") =>
    new Writable({
      write(chunk: Uint8Array, _encoding, done) {
        log.write(name, chunk);
        done();
      },
    });
  (container.modem as { demuxStream(from: NodeJS.ReadableStream, out: Writable, err: Writable): void }).demuxStream(
    stream,
    sink("stdout"),
    sink("stderr"),
  );
  return new Promise((resolve) => {
    for (const event of ["end", "close", "error"]) stream.once(event, () => resolve());
  });
}

/** Sends the context. An executor that stops reading early is not an error here: its exit code says more. */
async function feed(context: Readable, stream: NodeJS.ReadWriteStream): Promise<void> {
  let broken: unknown;
  context.once("error", (error) => {
    broken = error;
  });
  try {
    await pipeline(context, stream as unknown as Writable);
  } catch {
    if (broken !== undefined && !isBrokenPipe(broken)) throw broken;
  }
}

function startError(
  { host, network }: ContainerOptions,
  error: unknown,
  subject: string,
  task: ExecutorTask,
): ImageSpecError {
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === undefined) return engineError(host, error);
  // An engine looks for the network when it starts a container.
  const cure = statusCode === 404 && network !== undefined ? "network to one that the engine has" : undefined;
  return new ImageSpecError("E_BUILD", `The ${subject} cannot be started (${task.platform}): ${message}`, {
    cause: error,
    hint: `Set builderOptions.${cure ?? "image to an image of kaniko's executor"}.`,
  });
}

/** Ends and removes the container; one that is gone already, or that someone else removes right now, is fine. */
async function removeContainer(container: Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== 404 && statusCode !== 409) throw error;
  }
}
