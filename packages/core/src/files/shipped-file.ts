/**
 * One entry of the list that is both hashed and shipped. `path` is its place in the build context: user files under
 * `source/` and `copy/`, requirement and lock files under `requirements/`. Sorted by path, parents before children.
 */
export type ShippedFile =
  | {
      type: "file";
      path: string;
      /** 0o755 when the owner's execute bit is set, else 0o644, as git keeps modes. */
      mode: 0o644 | 0o755;
      size: number;
      sha256: string;
      /** Absolute path on the host. Read it through {@link openShippedFile}, which notices changes. */
      source: string;
      /** The content itself, where it was written out of what `source` holds. */
      text?: string | undefined;
    }
  | { type: "directory"; path: string; mode: 0o755 }
  | { type: "symlink"; path: string; mode: 0o777; link: string };

/** What tells the content of an entry apart from another's at the same path: a hash, a link's target, or nothing. */
export function contentMark(file: ShippedFile): string {
  if (file.type === "file") return file.sha256;
  return file.type === "symlink" ? file.link : "";
}

/** Modes as they are hashed: as git writes them. */
export const MODES: ReadonlyMap<number, string> = new Map(
  [0o644, 0o755, 0o777].map((mode) => [mode, mode.toString(8).padStart(4, "0")]),
);
