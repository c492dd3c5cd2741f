import type { ResolvedSpec } from "../resolve/resolved-spec.ts";
import { canonicalJson, shortDigest } from "./digest.ts";

/** What an image is known by. */
export interface Identity {
  /** Of the parameters alone; the image carries it as `_F_IMG_ID`. */
  id: string;
  /** Of everything that goes into the image, in the spec's tagFormat. */
  tag: string;
  /** The hashed text itself: RFC 8785 JSON. */
  document: string;
}

/** The identity of a resolved spec: of its `content` and nothing else. Pure. */
export function identify(resolved: ResolvedSpec): Identity {
  const document = canonicalJson(resolved.content);
  const hash = shortDigest(document);
  const tag = (resolved.target.tagFormat ?? "{spec_hash}").replaceAll("{spec_hash}", hash);
  return { id: resolved.content.id, tag, document };
}
