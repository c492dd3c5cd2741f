import type { ShippedFile } from "@imagespec/core/builder";

/** A file of a distribution, with what its index, lock or address states about it. */
export interface StatedFile {
  filename: string;
  /** `https:`, `http:` or `file:`. Never with user info. */
  url: string;
  /** All that index, lock file and address state, as `algorithm:hex`. */
  hashes: string[];
  /**
   * Hashes that the requirements admit, set where none of `hashes` is among them: the file has to have one of these.
   */
  oneOf?: string[] | undefined;
  /** In bytes; undefined when the index does not tell. */
  size: number | undefined;
}

/** An archive of sources. */
export interface SourceArchive extends StatedFile {
  /** The part of it that is built. */
  subdirectory?: string | undefined;
}

/** A commit of a git repository. */
export interface GitCommit {
  url: string;
  commit: string;
  subdirectory?: string | undefined;
  /** As it was asked for: a commit, tag or branch. */
  revision?: string | undefined;
}

/** A distribution that has no wheel for the target, as the source that one is built from. */
export interface ResolvedSource {
  name: string;
  version: string | undefined;
  archive?: SourceArchive | undefined;
  git?: GitCommit | undefined;
  /** Where it was asked for by address: the text of its direct_url.json. */
  directUrl?: string | undefined;
}

/** A project of the spec that is built from the files that are shipped below `path`. */
export interface ProjectSource {
  name: string;
  files: readonly ShippedFile[];
  /** Their folder in the context. */
  path: string;
}

/** What a wheel is built from. */
export type Source = ResolvedSource | ProjectSource;

export function isProject(source: Source): source is ProjectSource {
  return "files" in source;
}

/** The name by which messages call a source, with its version where that is known before the build. */
export function subjectOf(source: Source): string {
  const version = isProject(source) ? undefined : source.version;
  return version === undefined ? source.name : `${source.name} ${version}`;
}
