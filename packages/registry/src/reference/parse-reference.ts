import { ImageSpecError } from "../errors/image-spec-error.ts";
import { HUB, type ReferenceParts, readReference, splitRegistry } from "./reference-grammar.ts";

/** An image's name as the distribution reference grammar reads it, with Docker Hub's short forms written out. */
export interface ImageReference {
  /** Host and port: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** Path below the registry: `library/python`. */
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
  /** `registry/repository`. */
  readonly name: string;
  /** As people write it: without `docker.io/` and `library/`. */
  readonly familiar: string;
  /** The whole text, `registry/repository[:tag][@digest]`. */
  toString(): string;
}

/**
 * Reads an image reference by the grammar and normalisation of the distribution project's `reference` module.
 *
 * @throws ImageSpecError E_REFERENCE that says which part breaks which rule.
 */
export function parseReference(text: string): ImageReference {
  const read = readReference(text);
  if ("parts" in read) return makeReference(read.parts);
  const { message, hint } = read.breach;
  throw new ImageSpecError("E_REFERENCE", `'${text}' is not an image reference: ${message}`, {
    hint,
    details: { text },
  });
}

function makeReference({ registry, repository, tag, digest }: ReferenceParts): ImageReference {
  const name = `${registry}/${repository}`;
  const suffix = (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`);
  return {
    registry,
    repository,
    tag,
    digest,
    name,
    familiar: familiarName(registry, repository, suffix),
    toString: () => name + suffix,
  };
}

function familiarName(registry: string, repository: string, suffix: string): string {
  const name = `${registry}/${repository}`;
  if (registry !== HUB) return name + suffix;
  const short = repository.startsWith("library/") ? repository.slice(8) : repository;
  // Short only where it reads back as the same image: `docker.io/a.b/c` without its host would be one of `a.b`.
  const faithful = (text: string) => splitRegistry(text).join("/") === name && !/^[a-f0-9]{64}$/.test(text + suffix);
  return ([short, repository].find(faithful) ?? name) + suffix;
}
