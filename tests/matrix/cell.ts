/** Builders in the order in which they are asked. */
export const BUILDERS = ["uv-micromamba", "docker-buildx", "kaniko", "noop"] as const;
export type BuilderName = (typeof BUILDERS)[number];

/** What a builder makes of a parameter, and how that is known. */
export type Cell =
  /** Images with it are built, started and looked into, by these tests. */
  | { status: "built"; seen: readonly Evidence[] }
  /** What is given to the builder says it; no image of that kind is in reach of the tests. */
  | { status: "text"; says: RegExp }
  /** The builder says no before it begins; the reason is its own. */
  | { status: "refused" }
  /** It changes nothing, and is allowed: the base image is taken as it is. */
  | { status: "adopted"; seen: readonly Evidence[] };

/** A test by its title, in the file that holds its text. */
export interface Evidence {
  file: string;
  test: string;
}

const at = (folder: string) => (file: string, test: string) => ({ file: `${folder}/${file}`, test });

/** A test of the contract, which runs over every builder that builds. */
export const contract = at("packages/testkit/src/contract");
/** A test of the parameter cases, for the builders whose file calls them. */
export const parameters = at("tests/e2e/parameters");
export const e2e = at("tests/e2e");

export const built = (...seen: Evidence[]): Cell => ({ status: "built", seen });
export const text = (says: RegExp): Cell => ({ status: "text", says });
export const refused: Cell = { status: "refused" };
export const adopted: Cell = {
  status: "adopted",
  seen: [e2e("noop.test.ts", "the base image is adopted as it is given, and no registry is asked")],
};
