import { ImageSpecError } from "../errors/image-spec-error.ts";
import { onProcessExit } from "../process/on-process-exit.ts";
import type { ProcessEnvironment } from "../process/process-environment.ts";
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
  // Loaded here, since most programs that use this package never need it.
  const { execa } = await import("execa");
  // In its own process group, so that a grandchild that keeps the pipe open can be ended with it.
  const child = execa(program, ["get"], {
    input: call.server,
    env: call.env,
    extendEnv: false,
    detached: process.platform !== "win32",
    reject: false,
    stripFinalNewline: true,
    maxBuffer: MOST_PRINTED,
  });
  let ended: "timeout" | "abort" | undefined;
  const stop = (why: "timeout" | "abort") => {
    ended ??= why;
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const timer = setTimeout(() => stop("timeout"), call.timeoutMs);
  const onAbort = () => stop("abort");
  call.signal?.addEventListener("abort", onAbort, { once: true });
  // When this process exits at once, the helper must end too.
  const forgetExit = onProcessExit(() => stop("abort"));
  try {
    const result = await child;
    if (ended === "abort") throw new ImageSpecError("E_ABORTED", `Asking ${program} for ${call.server} was cancelled`);
    if (ended === "timeout") {
      throw fail(`did not answer in ${call.timeoutMs / 1000} s`, `Run ${byHand} to see why it hangs.`);
    }
    if (result.isMaxBuffer) {
      throw fail(`printed more than ${MOST_PRINTED} bytes`, "Update or replace the credential helper.");
    }
    if (result.signal !== undefined) throw fail(`was ended by ${result.signal}`, `Run ${byHand} to see why.`);
    if (result.exitCode === undefined && result.failed) {
      throw fail("could not be started", `Install ${program}, or take it out of the docker config.json.`);
    }
    if (result.exitCode !== 0) {
      if (NOT_FOUND.test(`${result.stdout}\n${result.stderr}`)) return undefined;
      throw fail(`failed with exit code ${result.exitCode}`, `Run ${byHand} to see why.`);
    }
    return readAnswer(result.stdout, fail);
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", onAbort);
    forgetExit();
  }
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
