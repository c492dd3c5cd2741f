import { buffer, json, text } from "node:stream/consumers";
import type { ContainerEngine } from "@imagespec/container-engine";

/** How a container is started; what is left out is as the image says. */
export interface RunOptions {
  /** Instead of the image's; left out, the image's own. */
  entrypoint?: string[];
  cmd?: string[];
  env?: Record<string, string>;
  /** A user's name or id. */
  user?: string;
  /** Default `none`. */
  network?: string;
}

/** The result of a container that has ended. */
export interface RunResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Starts a container of an image the engine has, waits for its end and removes it. */
export async function runContainer(
  engine: ContainerEngine,
  image: string,
  options: RunOptions = {},
): Promise<RunResult> {
  const body = {
    Image: image,
    Entrypoint: options.entrypoint,
    Cmd: options.cmd,
    User: options.user,
    Env: Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
    HostConfig: { NetworkMode: options.network ?? "none" },
  };
  const { Id } = (await engine.request({ method: "POST", path: "/containers/create", body }, json)) as { Id: string };
  const container = `/containers/${Id}`;
  try {
    await engine.request({ method: "POST", path: `${container}/start` }, text);
    const ended = await engine.request({ method: "POST", path: `${container}/wait` }, json);
    const logs = await engine.request({ method: "GET", path: `${container}/logs?stdout=1&stderr=1` }, buffer);
    const { StatusCode } = ended as { StatusCode: number };
    return { exitCode: StatusCode, ...outputs(logs) };
  } finally {
    await engine.request({ method: "DELETE", path: `${container}?force=1&v=1` }, text);
  }
}

/** The engine sends both outputs in one stream: each piece is preceded by a byte that says which, and its length. */
function outputs(logs: Buffer): { stdout: string; stderr: string } {
  const pieces: Record<1 | 2, Buffer[]> = { 1: [], 2: [] };
  for (let at = 0; at + 8 <= logs.length; ) {
    const end = at + 8 + logs.readUInt32BE(at + 4);
    pieces[logs[at] === 2 ? 2 : 1].push(logs.subarray(at + 8, end));
    at = end;
  }
  return { stdout: Buffer.concat(pieces[1]).toString(), stderr: Buffer.concat(pieces[2]).toString() };
}
