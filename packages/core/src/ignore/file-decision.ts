/** A line of an ignore file. */
export interface IgnoreRule {
  /** Absolute path of the ignore file. */
  file: string;
  /** From 1. */
  line: number;
  text: string;
}

/** Why something is in an image or out of it. */
export type FileReason =
  /** No rule leaves it out. */
  | "no-rule"
  /** By the `rule` beside it. */
  | "rule"
  /** In, although the `rule` beside it, or one about a folder above, leaves it out: git tracks it. */
  | "tracked"
  /** One of the names that never go in. */
  | "never"
  /** The spec's own file. */
  | "spec-file"
  /** `loaded_modules` takes modules, and links to folders that hold some. */
  | "no-module"
  /** Another project of the workspace, or what is created again when the project is built. */
  | "not-of-project"
  /** `copy` names it, or a folder above it. */
  | "copy"
  /** Requirement or lock files, with what they name. */
  | "requirements"
  /** A socket, pipe or device, or a link that cannot be shipped. */
  | "special-file";

/** What became of one file, link or whole folder. */
export interface FileDecision {
  /** Path in the context; that of a folder that is left out as a whole ends with `/`. */
  path: string;
  isIn: boolean;
  because: FileReason;
  rule?: IgnoreRule | undefined;
}

/** What a walk does about an entry: `skip` as `walkTree` takes it, and why. */
export interface Verdict {
  skip: boolean | "descend";
  because: FileReason;
  rule?: IgnoreRule | undefined;
}

/** Verdicts that need nothing but themselves, shared by all entries. */
export const VERDICTS = {
  in: { skip: false, because: "no-rule" },
  never: { skip: true, because: "never" },
  specFile: { skip: true, because: "spec-file" },
  noModule: { skip: true, because: "no-module" },
  /** Only folders that lead to a module are wanted, and those are added with the module. */
  onTheWay: { skip: "descend", because: "no-rule" },
  notOfProject: { skip: true, because: "not-of-project" },
  copied: { skip: false, because: "copy" },
} as const satisfies Record<string, Verdict>;

/** Told of each decision; undefined where nobody asks. */
export type TellDecision = ((decision: FileDecision) => void) | undefined;

/**
 * Tells what a verdict means for an entry, and returns what the walk is to do. Of folders only those are told that are
 * left out as a whole.
 */
export function told(verdict: Verdict, path: string, isFolder: boolean, tell: TellDecision): Verdict["skip"] {
  const { skip, because, rule } = verdict;
  if (tell !== undefined && skip !== "descend" && (!isFolder || skip)) {
    tell({ path: isFolder ? `${path}/` : path, isIn: !skip, because, rule });
  }
  return skip;
}
