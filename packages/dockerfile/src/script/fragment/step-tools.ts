/** Where a build step finds what it needs and the image must not keep. */
export interface StepTools {
  /** Folder that holds `uv` and, where needed, `micromamba`. */
  bin: string;
  /** Folder for what may be downloaded once for many builds; undefined where nothing outlives the step. */
  cache: string | undefined;
  /** Folder that holds the context's `requirements/`. */
  requirements: string;
  /** A file with the certificates the host trusts; may be absent when the step runs. */
  ca: string;
  /** A file with certificates of a tool's own image, for bases that have none; may be absent. */
  fallbackCa?: string;
}
