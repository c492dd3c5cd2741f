import { collectBytes } from "../digest/collect-bytes.ts";
import { ImageSpecError } from "../errors/image-spec-error.ts";
import { redact } from "../errors/redact.ts";
import { readBriefly } from "../http/message/dump-body.ts";
import type { HttpResponse } from "../http/message/http-message.ts";
import type { NetworkFault } from "../http/network-fault.ts";
import { refusedPushCure, TAG_IS_KEPT } from "./refused-push.ts";

/** What was being asked of whom, for messages. */
export interface Subject {
  /** The registry as the reference names it. */
  registry: string;
  /** Full name of the repository: `localhost:5000/team/app`. */
  name: string;
  /** `read the manifest of localhost:5000/team/app:1`. */
  action: string;
  /** The mirror asked in the registry's place. */
  mirror?: string | undefined;
  /** The host that was asked, where the registry sent its caller to another. */
  elsewhere?: string | undefined;
  /** What is to be stored there. */
  writes?: "blob" | "manifest" | undefined;
}

const PROXY_LOGIN = "Write the proxy's user name and password into HTTPS_PROXY, or exclude the host by NO_PROXY.";

const loginCommand = (registry: string) => `docker login${registry === "docker.io" ? "" : ` ${registry}`}`;

function via(subject: Subject): string {
  return subject.mirror === undefined ? subject.registry : `${subject.registry} (mirror ${subject.mirror})`;
}

function details(subject: Subject, more: Record<string, unknown>): Record<string, unknown> {
  return { registry: subject.registry, repository: subject.name, mirror: subject.mirror, ...more };
}

/**
 * The error of an answer with an unexpected status; reads at most 64 KiB of what it says. `sent` are the secrets the
 * request carried, for a server that repeats them.
 */
export async function statusFault(
  subject: Subject,
  response: HttpResponse,
  asked: { hadCredential: boolean; sent: readonly string[] },
): Promise<ImageSpecError> {
  const { status } = response;
  const said = await readErrors(response, asked.sent);
  const codes = said.map(({ code }) => code);
  const text = [String(status), ...said.map(({ code, message }) => [code, message].filter(Boolean).join(": "))].join(
    ", ",
  );
  const data = details(subject, { status, codes, retryAfter: response.header("retry-after") });
  if (subject.elsewhere !== undefined) {
    const message = `${via(subject)} sends its callers to ${subject.elsewhere}, which could not ${subject.action} (${text})`;
    return new ImageSpecError("E_REGISTRY", message, {
      hint: `Run it again, since such addresses expire; if it persists, see the logs of ${subject.elsewhere}.`,
      details: data,
    });
  }
  const cure = knownCure(status, codes, text, subject);
  if (cure === undefined && (status === 401 || status === 403)) {
    const what = asked.hadCredential ? "refuses the credentials" : "asks for credentials";
    return new ImageSpecError("E_REGISTRY_AUTH", `${via(subject)} ${what} to ${subject.action} (${text})`, {
      hint: `Run \`${loginCommand(subject.mirror ?? subject.registry)}\` with an account that may do this, or set registryConfig.`,
      details: data,
    });
  }
  return new ImageSpecError("E_REGISTRY", `${via(subject)} could not ${subject.action} (${text})`, {
    hint: cure ?? plainCure(status, subject),
    details: data,
  });
}

/** The cure for refusals that registries tell by more than a status; undefined for all others. */
function knownCure(status: number, codes: readonly string[], said: string, subject: Subject): string | undefined {
  if (status === 404 && codes.includes("BLOB_UNKNOWN")) {
    return "The image is broken in the registry: push it again, or use another.";
  }
  if (subject.writes === undefined || ![400, 403, 404, 409, 412].includes(status)) return undefined;
  // A conflict about a manifest is one about its tag, whatever words are found for it.
  const isConflict = subject.writes === "manifest" && (status === 409 || status === 412);
  return isConflict ? TAG_IS_KEPT : refusedPushCure(said, subject.name);
}

function plainCure(status: number, subject: Subject): string {
  if (status === 404) return "Check the name, the tag and the spelling of the registry.";
  if (status === 429) return `Wait, or raise the limit with \`${loginCommand(subject.registry)}\`.`;
  if (status === 413) return "The registry, or a proxy before it, limits the size of uploads: raise its limit.";
  if (status === 415) return 'The registry does not take OCI manifests: write docker\'s (manifestFormat: "docker").';
  if (status >= 500)
    return `This is a fault of ${subject.mirror ?? subject.registry}: see its log, or try again later.`;
  return "The registry does not accept this: see its log and documentation.";
}

/** The error of a request that got no answer. */
export function unreachable(subject: Subject, fault: NetworkFault, tries: number, cause: unknown): ImageSpecError {
  const { elsewhere } = subject;
  const host = elsewhere ?? subject.mirror ?? subject.registry;
  const what = elsewhere === undefined ? via(subject) : `${elsewhere}, to which ${via(subject)} sends its callers,`;
  const times = tries > 1 ? `, ${tries} tries` : "";
  const hints: Record<NetworkFault["kind"], string> = {
    refused: elsewhere
      ? `See to the firewall or HTTPS_PROXY: nothing answers at ${host}.`
      : `Start the registry, or correct its name: nothing listens at ${host}.`,
    name: elsewhere
      ? `See to DNS or HTTPS_PROXY: ${host} is not known here.`
      : `Correct the registry's name, or see to DNS or HTTPS_PROXY: ${host} is not known here.`,
    tls: `If ${host} has a private certificate authority, set SSL_CERT_FILE to its PEM file.`,
    timeout: `See whether ${host} is overloaded or a firewall is in between.`,
    reset: `See the log of ${host} and of what is in between.`,
    proxy: fault.code === "HTTP 407" ? PROXY_LOGIN : "Correct HTTPS_PROXY, or exclude the registry's host by NO_PROXY.",
  };
  return new ImageSpecError(
    "E_REGISTRY_UNREACHABLE",
    `${what} cannot be reached to ${subject.action}: ${fault.reason} (${fault.code}${times})`,
    { hint: hints[fault.kind], cause, details: details(subject, { reason: fault.kind, code: fault.code }) },
  );
}

/** The error of a cancelled call. */
export function aborted(action: string, cause: unknown): ImageSpecError {
  return new ImageSpecError("E_ABORTED", `Cancelled: ${action}`, { hint: "Run it again to continue.", cause });
}

async function readErrors(
  response: HttpResponse,
  sent: readonly string[],
): Promise<{ code: string; message: string }[]> {
  try {
    const bytes = await readBriefly(response.body, collectBytes(response.body, 64 * 1024, "the error"));
    const json = JSON.parse(Buffer.from(bytes).toString("utf8")) as { errors?: unknown };
    const list = Array.isArray(json.errors) ? json.errors.slice(0, 5) : [];
    return list.map((item: { code?: unknown; message?: unknown } | null) => ({
      code: clean(item?.code, sent),
      message: clean(item?.message, sent),
    }));
  } catch {
    return [];
  }
}

/** A server's text for a message: one line, no control characters, not long. */
function clean(value: unknown, sent: readonly string[]): string {
  if (typeof value !== "string") return "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = value.slice(0, 10_000).replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
  // Redacted before it is cut, since half a secret would not be recognised.
  return redact(line, sent).slice(0, 200);
}
