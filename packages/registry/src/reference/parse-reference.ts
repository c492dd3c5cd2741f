import { ImageSpecError } from "../errors/image-spec-error.ts";

/** An image's name as the distribution reference grammar reads it, with Docker Hub's short forms written out. */
export interface ImageReference {
  /** Host and port: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** Path below the registry: `library/python`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  /** `registry/repository`. */
  readonly name: string;
  /** As people write it: without `docker.io/` and `library/`. */
  readonly familiar: string;
  /** The whole text, `registry/repository[:tag][@digest]`. */
  toString(): string;
}

const COMPONENT = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = String.raw`(?:${COMPONENT}(?:\.${COMPONENT})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`;
const PATH_COMPONENT = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const DOMAIN_ONLY = new RegExp(`^${DOMAIN}$`);
const PATH_ONLY = new RegExp(`^${PATH_COMPONENT}(?:/${PATH_COMPONENT})*$`);
const TAG_ONLY = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const IDENTIFIER = /^[a-f0-9]{64}$/;
const DIGEST_LENGTHS: Record<string, number> = { sha256: 64, sha384: 96, sha512: 128 };
const HUB = "docker.io";
const HUB_OLD = "index.docker.io";
const MAX_PATH = 255;

/** True for a digest of a known algorithm, of the right length, in lower-case hex. Only such a text may become part of a path or URL. */
export function isDigest(text: string): boolean {
  const colon = text.indexOf(":");
  const length = DIGEST_LENGTHS[text.slice(0, Math.max(colon, 0))];
  return length !== undefined && text.length === colon + 1 + length && /^[a-f0-9]+$/.test(text.slice(colon + 1));
}

/** True for a legal tag: word characters, dots and dashes, at most 128, not led by a dot or dash. */
export function isTag(text: string): boolean {
  return TAG_ONLY.test(text);
}

function splitDomain(text: string): [domain: string, rest: string] {
  const slash = text.indexOf("/");
  if (slash === -1) return [HUB, `library/${text}`];
  const first = text.slice(0, slash);
  const isDomain = first === "localhost" || /[.:]/.test(first) || first.toLowerCase() !== first;
  let domain = isDomain ? first : HUB;
  const rest = isDomain ? text.slice(slash + 1) : text;
  if (domain === HUB_OLD) domain = HUB;
  return [domain, domain === HUB && !rest.includes("/") ? `library/${rest}` : rest];
}

function familiarName(registry: string, repository: string, suffix: string): string {
  const name = `${registry}/${repository}`;
  if (registry !== HUB) return name + suffix;
  const short = repository.startsWith("library/") ? repository.slice(8) : repository;
  // Short only where it reads back as the same image: `docker.io/a.b/c` without its host would be one of `a.b`.
  const faithful = (text: string) => splitDomain(text).join("/") === name && !IDENTIFIER.test(text + suffix);
  return ([short, repository].find(faithful) ?? name) + suffix;
}

/**
 * Reads an image reference by the grammar and normalisation of the distribution project's `reference` module.
 * Throws E_REFERENCE that says which part breaks which rule.
 */
export function parseReference(text: string): ImageReference {
  const fail = (reason: string, hint: string) =>
    new ImageSpecError("E_REFERENCE", `"${text}" is not an image reference: ${reason}`, { hint, details: { text } });
  const shape = "Write [registry[:port]/]name[:tag][@sha256:...], for example localhost:5000/team/app:1.0.";
  if (text.length === 0) throw fail("it is empty", shape);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (scheme) throw fail(`it starts with ${scheme[0]}`, "Leave the scheme out: a registry is named by host and port.");
  if (IDENTIFIER.test(text)) {
    throw fail("64 hex digits are an image id", `Write name@sha256:${text.slice(0, 8)}... to name content by digest.`);
  }

  let rest = text;
  let digest: string | undefined;
  const at = rest.indexOf("@");
  if (at !== -1) {
    digest = rest.slice(at + 1);
    rest = rest.slice(0, at);
    if (!isDigest(digest)) {
      throw fail(`"${digest}" is no digest`, "A digest is sha256: and 64 lower-case hex digits.");
    }
  }
  const [registry, remote] = splitDomain(rest);
  const colon = remote.indexOf(":");
  const repository = colon === -1 ? remote : remote.slice(0, colon);
  const tag = colon === -1 ? undefined : remote.slice(colon + 1);
  if (repository.toLowerCase() !== repository) {
    throw fail(`the repository "${repository}" has upper-case letters`, `Write ${repository.toLowerCase()}.`);
  }
  if (!DOMAIN_ONLY.test(registry)) throw fail(`"${registry}" is no registry host`, shape);
  if (!PATH_ONLY.test(repository)) throw fail(`"${repository}" is no repository name`, shape);
  if (repository.length > MAX_PATH) throw fail(`the repository is longer than ${MAX_PATH} characters`, "Shorten it.");
  if (tag !== undefined && !isTag(tag)) {
    throw fail(`"${tag}" is no tag`, "A tag has at most 128 letters, digits, _, . and -, and starts with no . or -.");
  }
  return makeReference(registry, repository, tag, digest);
}

function makeReference(registry: string, repository: string, tag?: string, digest?: string): ImageReference {
  const name = `${registry}/${repository}`;
  const suffix = (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
    name,
    familiar: familiarName(registry, repository, suffix),
    toString: () => name + suffix,
  };
}
