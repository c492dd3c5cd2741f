import { canonicalJson, hexDigest } from "../identity/digest.ts";
import { DEFAULT_MICROMAMBA_IMAGE, DEFAULT_UV_IMAGE } from "../resolve/defaults.ts";

/** Media type of an identity document that is kept beside an image, and artifact type of what refers to it. */
export const IDENTITY_TYPE = "application/vnd.imagespec.identity.v1+json";
/** Bytes that are kept, and read, at most: the list of some thirty thousand files. */
export const MAX_IDENTITY_BYTES = 4 * 1024 * 1024;

/** In place of a value that is not told: two of them are the same when their digests are. */
export interface Untold {
  sha256: string;
  /** How many items the value has, where it is a list. */
  items?: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * What every reader of the image can see in it anyway: in its layers, its config with the history, or its labels.
 * Whatever is not listed, such as builder options and addresses of package indexes, is told by its digest alone.
 */
const TOLD: ReadonlySet<string> = new Set([
  "imagespec",
  "recipe",
  "id",
  "platforms",
  "base",
  "apt",
  "environment",
  "env",
  "files",
  "trees",
  "commands",
  "entrypoint",
]);
const TOLD_OF_PACKAGES: ReadonlySet<string> = new Set([
  "from",
  "packages",
  "requirements",
  "lock",
  "pyproject",
  "projects",
  "torchBackend",
]);
/** The tools of this version of imagespec, which are in no spec. */
export const DEFAULT_TOOLS: ReadonlySet<unknown> = new Set([DEFAULT_UV_IMAGE, DEFAULT_MICROMAMBA_IMAGE]);

/**
 * The identity document as it may stand beside the image, as RFC 8785 JSON. A list of files that would make it larger
 * than `MAX_IDENTITY_BYTES` is told by its digest too. The same document always gives the same text. Pure.
 */
export function publishedIdentity(document: string): string {
  const whole = JSON.parse(document) as Json;
  const told = Object.fromEntries(
    Object.entries(whole).map(([key, value]) => [key, TOLD.has(key) ? value : toldPart(key, value)]),
  );
  const text = canonicalJson(told);
  if (Buffer.byteLength(text) <= MAX_IDENTITY_BYTES || !Array.isArray(whole.files)) return text;
  return canonicalJson({ ...told, files: digestValue(whole.files) });
}

function toldPart(key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return digestValue(value);
  const isTold = (name: string, item: unknown) =>
    (key === "packages" && TOLD_OF_PACKAGES.has(name)) || (key === "tools" && DEFAULT_TOOLS.has(item));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, isTold(name, item) ? item : digestValue(item)]),
  );
}

/** What stands in place of a value, and for a list how many items it has. Pure. */
export function digestValue(value: unknown): Untold {
  const sha256 = hexDigest(canonicalJson(value));
  return Array.isArray(value) ? { sha256, items: value.length } : { sha256 };
}

/** Whether a value of a published document stands in place of another. */
export function isUntold(value: unknown): value is Untold {
  if (typeof value !== "object" || value === null) return false;
  const { sha256, items = 0, ...rest } = value as Record<string, unknown>;
  return typeof sha256 === "string" && typeof items === "number" && Object.keys(rest).length === 0;
}
