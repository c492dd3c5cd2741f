import type { Content, ResolvedTarget } from "./content.ts";
import { canonicalJson, canonicalPieces, shortDigest } from "./digest.ts";

/** What an image is known by. */
export interface Identity {
  /** Hash of the parameters alone; the image carries it as `_F_IMG_ID`. */
  id: string;
  /** Hash of everything that goes into the image, in the spec's tagFormat. */
  tag: string;
  /** The hashed text itself: RFC 8785 JSON. */
  readonly document: string;
}

/** The identity of a resolved spec: it depends on `content`, and on the tagFormat of `target`. Pure. */
export function identify({ content, target }: { content: Content; target: ResolvedTarget }): Identity {
  const digest = shortDigest(canonicalPieces(content));
  const tag = (target.tagFormat ?? "{spec_hash}").replaceAll("{spec_hash}", digest);
  let document: string | undefined;
  return {
    id: content.id,
    tag,
    // With very many files it is large, and few ask for it.
    get document() {
      document ??= canonicalJson(content);
      return document;
    },
  };
}
