import type { Content, ResolvedTarget } from "./content.ts";
import { canonicalJson, shortDigest } from "./digest.ts";

/** What an image is known by. */
export interface Identity {
  /** Hash of the parameters alone; the image carries it as `_F_IMG_ID`. */
  id: string;
  /** Hash of everything that goes into the image, in the spec's tagFormat. */
  tag: string;
  /** The hashed text itself: RFC 8785 JSON. */
  document: string;
}

/** The identity of a resolved spec: it depends on `content`, and on the tagFormat of `target`. Pure. */
export function identify({ content, target }: { content: Content; target: ResolvedTarget }): Identity {
  const document = canonicalJson(content);
  const tag = (target.tagFormat ?? "{spec_hash}").replaceAll("{spec_hash}", shortDigest(document));
  return { id: content.id, tag, document };
}
