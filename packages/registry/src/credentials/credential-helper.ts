import type { Readable } from "node:stream";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { onProcessExit } from "../process/on-process-exit.ts";
import type { ProcessEnvironment } from "../process/process-environment.ts";
import { startProgram } from "../process/start-program.ts";
import type { Credential } from "./credential.ts";

export interface HelperCall {
  /** The part after `docker-credential-`. */
  helper: string;
  /** The key under which the helper keeps the registry. */
  server: string;
  env: ProcessEnvironment;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

const MOST_PRINTED = 1024 * 1024;
const NOT_FOUND = /credentials not found|no credentials|not found in native keychain/i;

/**
 * Asks `docker-credential-HELPER get`: the server on its standard input, JSON back. Undefined when the helper has none.
 *
 * @throws ImageSpecError E_REGISTRY_AUTH that names helper and registry, E_ABORTED.
 */
export async function askCredentialHelper(call: HelperCall): Promise<Credential | undefined> {
  const program = `docker-credential-${call.helper}`;
  const byHand = `\`echo ${call.server} | ${program} get\``;
  const fail = (what: string, hint: string) =>
    new ImageSpecError("E_REGISTRY_AUTH", `${program} ${what} when asked for ${call.server}`, { hint });
  if (!/^[A-Za-z0-9._-]+$/.test(call.helper)) {
    throw fail("is not a program name", "Correct `credsStore` or `credHelpers` in the docker config.json.");
  }
  call.signal?.throwIfAborted();
  const { child, ended } = await startProgram(program, ["get"], { env: call.env, hasInput: true }).catch(() => {
    throw fail("could not be started", `Install ${program}, or take it out of the docker config.json.`);
  });
  let stopped: "timeout" | "abort" | "full" | undefined;
  const stop = (why: NonNullable<typeof stopped>) => {
    stopped ??= why;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const stdout = textOf(child.stdout, () => stop("full"));
  const stderr = textOf(child.stderr, () => stop("full"));
  const timer = setTimeout(() => stop("timeout"), call.timeoutMs);
  const onAbort = () => stop("abort");
  call.signal?.addEventListener("abort", onAbort, { once: true });
  // While it was being started, too.
  if (call.signal?.aborted) onAbort();
  // When this process exits at once, the helper must end too.
  const forgetExit = onProcessExit(() => stop("abort"));
  try {
    // A helper that reads nothing says why by its exit code.
    child.stdin?.on("error", () => {});
    child.stdin?.end(call.server);
    const { exitCode, signal } = await ended;
    if (stopped === "abort")
      throw new ImageSpecError("E_ABORTED", `Asking ${program} for ${call.server} was cancelled`);
    if (stopped === "timeout") {
      throw fail(`did not answer in ${call.timeoutMs / 1000} s`, `Run ${byHand} to see why it hangs.`);
    }
    if (stopped === "full") {
      throw fail(`printed more than ${MOST_PRINTED} bytes`, "Update or replace the credential helper.");
    }
    if (signal !== undefined) throw fail(`was ended by ${signal}`, `Run ${byHand} to see why.`);
    if (exitCode !== 0) {
      if (NOT_FOUND.test(`${stdout()}\n${stderr()}`)) return undefined;
      throw fail(`failed with exit code ${exitCode}`, `Run ${byHand} to see why.`);
    }
    return readAnswer(stdout(), fail);
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", onAbort);
    forgetExit();
  }
}

/** Reads a stream; returns what takes the text so far. Calls `full` when there is too much of it. */
function textOf(stream: Readable, full: () => void): () => string {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Uint8Array) => {
    bytes += chunk.length;
    if (bytes > MOST_PRINTED) full();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function readAnswer(text: string, fail: (what: string, hint: string) => ImageSpecError): Credential | undefined {
  let json: { Username?: unknown; Secret?: unknown };
  try {
    json = JSON.parse(text);
  } catch {
    // The helper's output may hold the secret, so it is not quoted.
    throw fail("answered something that is not JSON", "Update or replace the credential helper.");
  }
  const { Username: username, Secret: secret } = json ?? {};
  if (typeof username !== "string" || typeof secret !== "string") {
    throw fail("answered without Username and Secret", "Update or replace the credential helper.");
  }
  if (username === "" && secret === "") return undefined;
  return username === "<token>"
    ? { kind: "identity-token", token: secret }
    : { kind: "basic", username, password: secret };
}

function killGroup(pid: number): void {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
