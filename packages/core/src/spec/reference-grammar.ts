import type { Breach } from "./rule.ts";

// The grammar of distribution/reference: https://pkg.go.dev/github.com/distribution/reference
const DOMAIN_PART = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const DOMAIN = new RegExp(`^(?:${DOMAIN_PART}(?:\\.${DOMAIN_PART})*|\\[(?:[a-fA-F0-9:]+)\\])(?::([0-9]+))?$`);
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const LONGEST_NAME = 255;

/** What is wrong with a name; the cure depends on what it is the name of. */
export type GrammarBreach = Omit<Breach, "hint">;

/** Whether a text can be the tag of an image. */
export function isTag(text: string): boolean {
  return TAG.test(text);
}

/** Whether the first component of a name is a registry's host and not part of a repository on Docker Hub. */
export function isDomain(component: string): boolean {
  return component === "localhost" || /[.:]/.test(component) || component.toLowerCase() !== component;
}

/**
 * Checks `host[:port]/path/name`, `path/name` or, with `domainOnly`, a host alone.
 * A port is 1 to 65535, a name at most 255 characters, a path in lower case.
 */
export function nameBreach(name: string, options: { domainAlone?: boolean } = {}): GrammarBreach | undefined {
  const components = name.split("/");
  const [first = ""] = components;
  const hasDomain = isDomain(first) && (components.length > 1 || options.domainAlone === true);
  if (hasDomain) {
    const match = DOMAIN.exec(first);
    if (!match) return { code: "reference", message: `'${first}' is not a host name with an optional port` };
    const port = match[1];
    if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
      return { code: "reference", message: `${port} is not a port (1 to 65535)` };
    }
  }
  const path = hasDomain ? components.slice(1) : components;
  for (const component of path) {
    if (PATH_COMPONENT.test(component)) continue;
    return {
      code: "reference",
      message:
        component === ""
          ? `'${name}' has an empty path component`
          : `'${component}' may only hold a-z, 0-9 and single separators . _ __ - between them`,
    };
  }
  if (path.join("/").length > LONGEST_NAME)
    return { code: "reference", message: "the name is longer than 255 characters" };
  return undefined;
}

/** Checks a whole image reference: a name, then optionally `:tag`, then optionally `@digest`. */
export function referenceBreach(reference: string): GrammarBreach | undefined {
  if (reference.includes("://")) {
    return { code: "reference", message: `'${reference}' has a scheme; an image reference has none` };
  }
  const at = reference.indexOf("@");
  const digest = at < 0 ? undefined : reference.slice(at + 1);
  const tagged = at < 0 ? reference : reference.slice(0, at);
  if (digest !== undefined && !DIGEST.test(digest)) {
    return { code: "reference", message: `'${digest}' is not a digest such as sha256:<64 hex digits>` };
  }
  const colon = tagged.lastIndexOf(":");
  const tag = colon > tagged.lastIndexOf("/") ? tagged.slice(colon + 1) : undefined;
  const name = tag === undefined ? tagged : tagged.slice(0, colon);
  if (tag !== undefined && !isTag(tag)) return { code: "reference", message: `'${tag}' is not a legal image tag` };
  return nameBreach(name);
}
