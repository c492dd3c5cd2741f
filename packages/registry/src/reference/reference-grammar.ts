import type { Problem } from "../errors/problem.ts";

// The grammar of distribution/reference: https://pkg.go.dev/github.com/distribution/reference
const HOST_LABEL = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const HOST = new RegExp(String.raw`^(?:${HOST_LABEL}(?:\.${HOST_LABEL})*|\[[a-fA-F0-9:]+\])(?::([0-9]+))?$`);
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const IMAGE_ID = /^[a-f0-9]{64}$/;
const DIGEST_LENGTHS: ReadonlyMap<string, number> = new Map([
  ["sha256", 64],
  ["sha384", 96],
  ["sha512", 128],
]);
const LONGEST_PATH = 255;
const SHAPE = "Write [registry[:port]/]name[:tag][@sha256:...], for example localhost:5000/team/app:1.0.";

/** The registry host of names without one. */
export const HUB = "docker.io";
const HUB_ALIAS = "index.docker.io";

/** The parts of a reference, with Docker Hub's short forms written out. */
export interface ReferenceParts {
  registry: string;
  repository: string;
  tag?: string | undefined;
  digest?: string | undefined;
}

/** True for a sha256 digest, the one kind that this project writes itself. */
export function isSha256Digest(text: string): boolean {
  return text.startsWith("sha256:") && isDigest(text);
}

/**
 * True for a digest of a known algorithm (sha256, sha384, sha512), of the right length, in lower-case hex. Only such a
 * text may become part of a path or URL.
 */
export function isDigest(text: string): boolean {
  const colon = text.indexOf(":");
  const length = DIGEST_LENGTHS.get(text.slice(0, Math.max(colon, 0)));
  return length !== undefined && text.length === colon + 1 + length && /^[a-f0-9]+$/.test(text.slice(colon + 1));
}

/** True for a legal tag: letters, digits, `_`, `.` and `-`, at most 128, not led by a dot or dash. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** True when the first component of a name is a registry host, and not part of a repository on Docker Hub. */
export function isRegistryHost(component: string): boolean {
  return component === "localhost" || /[.:]/.test(component) || component.toLowerCase() !== component;
}

/**
 * Splits a name into the registry host and what follows it, with `docker.io` and `library/` written out. Checks
 * nothing.
 */
export function splitRegistry(name: string): [registry: string, rest: string] {
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  const hasHost = isRegistryHost(first);
  const registry = hasHost && first !== HUB_ALIAS ? first : HUB;
  const rest = hasHost ? name.slice(slash + 1) : name;
  return [registry, registry === HUB && !rest.includes("/") ? `library/${rest}` : rest];
}

/**
 * Checks a name without tag and digest: `host[:port]/path/name` or `path/name`; with `hostAlone` a host by itself, too.
 * A port is 1 to 65535; a path is in lower case and has at most 255 characters.
 */
export function nameBreach(name: string, options: { hostAlone?: boolean } = {}): Problem | undefined {
  const components = name.split("/");
  const [first = ""] = components;
  const hasHost = isRegistryHost(first) && (components.length > 1 || options.hostAlone === true);
  const path = hasHost ? components.slice(1) : components;
  return (
    (hasHost ? hostBreach(first) : undefined) ?? (hasHost && path.length === 0 ? undefined : pathBreach(path.join("/")))
  );
}

/** Checks a whole reference: a name, then optionally `:tag`, then optionally `@digest`. */
export function referenceBreach(text: string): Problem | undefined {
  const read = readReference(text);
  return "breach" in read ? read.breach : undefined;
}

/** Reads a whole reference, or says which rule it breaks. */
export function readReference(text: string): { parts: ReferenceParts } | { breach: Problem } {
  const refuse = (message: string, hint: string) => ({ breach: breach(message, hint) });
  if (text === "") return refuse("an empty text names no image", SHAPE);
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text);
  if (scheme) return refuse(`'${text}' has a scheme`, "Leave the scheme out: a registry is named by host and port.");
  if (IMAGE_ID.test(text)) {
    const message = `'${text}' is an image id`;
    return refuse(message, `Write name@sha256:${text.slice(0, 8)}... to name content by its digest.`);
  }
  const at = text.indexOf("@");
  const digest = at === -1 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) {
    return refuse(`'${digest}' is not a digest`, "Write sha256: and 64 lower-case hex digits.");
  }
  const [registry, remote] = splitRegistry(at === -1 ? text : text.slice(0, at));
  const colon = remote.indexOf(":");
  const repository = colon === -1 ? remote : remote.slice(0, colon);
  const tag = colon === -1 ? undefined : remote.slice(colon + 1);
  const wrong = hostBreach(registry) ?? pathBreach(repository);
  if (wrong !== undefined) return { breach: wrong };
  if (tag !== undefined && !isTag(tag)) {
    const hint = "Write a tag of at most 128 letters, digits, _, . and -, with neither . nor - at its start.";
    return refuse(`'${tag}' is not a legal tag`, hint);
  }
  return { parts: { registry, repository, tag, digest } };
}

function hostBreach(host: string): Problem | undefined {
  const match = HOST.exec(host);
  if (!match) return breach(`'${host}' is not a host name with an optional port`, SHAPE);
  const port = match[1];
  if (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)) return undefined;
  return breach(`${port} is not a port (1 to 65535)`, SHAPE);
}

function pathBreach(path: string): Problem | undefined {
  for (const component of path.split("/")) {
    if (PATH_COMPONENT.test(component)) continue;
    if (component === "") return breach(`'${path}' has an empty path component`, SHAPE);
    const lower = path.toLowerCase();
    return breach(
      `'${component}' may only hold a-z, 0-9 and single separators . _ __ - between them`,
      lower === path ? SHAPE : `Write ${lower}.`,
    );
  }
  if (path.length <= LONGEST_PATH) return undefined;
  return breach(`the name is longer than ${LONGEST_PATH} characters`, "Shorten the path.");
}

function breach(message: string, hint: string): Problem {
  return { code: "reference", message, hint };
}
