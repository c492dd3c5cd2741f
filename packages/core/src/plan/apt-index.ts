import type { ImageConfig } from "@imagespec/registry";

/** A state of an archive of Debian packages, from which an image's were chosen. */
export interface AptIndex {
  /** Where it is: host, folders and `dists/bookworm/InRelease`. */
  index: string;
  /** The date that it states. */
  date: string;
  /** Of the file, 64 hexadecimal digits. */
  sha256: string;
}

/** How a line of an image's history ends that records indexes. */
const RECORDED = /^imagespec: Debian packages, .* from (.*)$/s;

/** The title of the layer that records indexes in the image's history. Pure. */
export function aptIndexTitle(indexes: readonly AptIndex[]): string {
  const shown = indexes.map(({ index, date, sha256 }) => `${index} of ${date} (sha256 ${sha256})`);
  return `Debian packages, as dpkg records them, from ${shown.join(", ")}`;
}

/**
 * The indexes that an image's history records: none where apt ran in a container, or where there are no Debian
 * packages. Pure.
 */
export function recordedAptIndexes({ history = [] }: Pick<ImageConfig, "history">): AptIndex[] {
  const found = history.flatMap(({ created_by, comment }) => {
    const [, recorded = ""] = (comment === "imagespec" && RECORDED.exec(String(created_by))) || [];
    return [...recorded.matchAll(/(\S+) of ([^()]*) \(sha256 ([0-9a-f]{64})\)/g)];
  });
  return found.map(([, index = "", date = "", sha256 = ""]) => ({ index, date, sha256 }));
}
