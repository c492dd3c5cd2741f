/** Builders in the order in which they are asked. */
export const BUILDERS = ["uv-micromamba", "docker-buildx", "kaniko", "noop"] as const;
export type BuilderName = (typeof BUILDERS)[number];

/**
 * What a builder makes of a parameter. A test shows a cell by naming the parameter in its `meta.shows` and the builder
 * in its `meta.builder`; after a run of all end-to-end tests the reporter demands one that passed for each such cell.
 */
export type Cell =
  /** Images with it are built, started and inspected by tests that show it. */
  | { status: "built" }
  /** What is given to the builder says it; no image of that kind is in reach of the tests. */
  | { status: "text"; says: RegExp }
  /** The builder refuses it before it begins; the reason is its own. */
  | { status: "refused" }
  /** It changes nothing and is allowed, which a test shows: the base image is taken as it is. */
  | { status: "adopted" };

export const built: Cell = { status: "built" };
export const text = (says: RegExp): Cell => ({ status: "text", says });
export const refused: Cell = { status: "refused" };
export const adopted: Cell = { status: "adopted" };
