import { isAbsolute, posix, relative, sep } from "node:path";
import { baseImageText, parseBaseImage } from "../spec/base-image.ts";
import { isGiven } from "../spec/is-given.ts";
import { parameterNames } from "../spec/parameters.ts";
import type { Spec } from "../spec/spec.ts";
import { canonicalJson, shortDigest } from "./digest.ts";

/**
 * Parameters that steer where an image goes and who makes it, and not what is in it. `platform` is in the tag and not
 * in the id: a call may replace it, and the image must still know itself as its spec's.
 */
const NEUTRAL: ReadonlySet<string> = new Set([
  "platform",
  "registry",
  "tagFormat",
  "pipSecretMounts",
  "builder",
  "runtimePackages",
  "registryConfig",
]);

/**
 * Hash of a spec's parameters as given: unset and empty ones left out (but not `entrypoint: []`), no defaults, no file
 * contents, paths normalised and relative to the root. An id that the spec was given takes its place. Pure.
 */
export function specId(spec: Spec): string {
  return spec.givenId ?? shortDigest(canonicalJson({ imagespec: 1, parameters: givenParameters(spec) }));
}

function givenParameters(spec: Spec): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const name of parameterNames()) {
    const value = spec[name as keyof Spec];
    if (NEUTRAL.has(name) || !(isGiven(value) || (name === "entrypoint" && value !== undefined))) continue;
    given[name] = normalised(name, value, spec.root);
  }
  return given;
}

function normalised(name: string, value: unknown, root: string): unknown {
  if (name === "baseImage") {
    if (typeof value === "object") return givenParameters(value as Spec);
    const base = parseBaseImage(value as string);
    return baseImageText(base.kind === "layout" ? { ...base, path: normalPath(base.path, root) } : base);
  }
  if (name === "sourceRoot" || name === "requirements") return normalPath(value as string, root);
  if (name === "copy") return (value as string[]).map((path) => normalPath(path, root));
  return value;
}

/**
 * A path as it stands in the identity: relative to the root, with `/`. Of one outside the root only the last part
 * counts, since the rest says where the machine keeps it.
 */
export function normalPath(path: string, root: string): string {
  if (!isAbsolute(path)) return posix.normalize(path.replaceAll(sep, "/")).replace(/(.)\/$/, "$1");
  const below = relative(root, path).replaceAll(sep, "/");
  if (below === "") return ".";
  return below.startsWith("../") || below === ".." || isAbsolute(below) ? posix.basename(path) : below;
}
