import { PassThrough } from "node:stream";
import type Docker from "dockerode";

/** How a container is started; what is left out is as the image says. */
export interface RunOptions {
  /** Instead of the image's; left out, the image's own. */
  entrypoint?: string[];
  cmd?: string[];
  env?: Record<string, string>;
  /** Default `none`. */
  network?: string;
}

/** What a container that ended left behind. */
export interface RunResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Starts a container of an image the engine has, waits for its end and removes it. */
export async function runContainer(docker: Docker, image: string, options: RunOptions = {}): Promise<RunResult> {
  const container = await docker.createContainer({
    Image: image,
    ...(options.entrypoint ? { Entrypoint: options.entrypoint } : {}),
    ...(options.cmd ? { Cmd: options.cmd } : {}),
    Env: Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
    HostConfig: { NetworkMode: options.network ?? "none" },
  });
  try {
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const stdout = collected();
    const stderr = collected();
    container.modem.demuxStream(stream, stdout.sink, stderr.sink);
    const ended = new Promise<void>((resolve, reject) => stream.once("end", resolve).once("error", reject));
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    await ended;
    return { exitCode: StatusCode, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    await container.remove({ force: true });
  }
}

function collected() {
  const chunks: Buffer[] = [];
  const sink = new PassThrough();
  sink.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { sink, text: () => Buffer.concat(chunks).toString() };
}
