import { canonicalJson } from "../identity/digest.ts";
import { DEFAULT_TOOLS, digestValue, isUntold } from "./published-identity.ts";

/** One place where two identity documents differ. */
export interface Difference {
  /**
   * What of a spec it is: a parameter, a file, a lock file, the base image, or how this version of imagespec builds.
   */
  of: "parameter" | "file" | "lock" | "base" | "recipe";
  /** The parameter as a spec has it (`env.MODE`), or the file's path in the context. */
  name: string;
  kind: "added" | "removed" | "changed" | "reordered";
  /** As in the documents; an object with `sha256` in place of a value that is not told. */
  before?: unknown;
  after?: unknown;
}

/** A difference by its keys in the documents. */
type Place = readonly string[];
type Found = Omit<Difference, "of" | "name"> & { at: Place };
type Json = Readonly<Record<string, unknown>>;

/** Keys of the document, and the parameters that they come from. Deeper keys follow the parameter's name. */
const PARAMETERS: readonly (readonly [at: string, parameter: string])[] = [
  ["platforms", "platform"],
  ["apt", "aptPackages"],
  ["environment.python.path", "pythonExec"],
  ["environment.pythonVersion", "pythonVersion"],
  ["environment.packages", "condaPackages"],
  ["environment.channels", "condaChannels"],
  ["environment.bytecode", "bytecode"],
  ["packages.packages", "packages"],
  ["packages.projects", "uvProject"],
  ["packages.index", "pipIndex"],
  ["packages.extraIndexes", "pipExtraIndexUrl"],
  ["packages.torchBackend", "torchBackend"],
  ["packages.extraArgs", "pipExtraArgs"],
  ["packages", "requirements"],
  ["tools", "builderConfig"],
];
/** What follows from other values, and is told only where nothing else is: `at` as a whole. */
const DERIVED: ReadonlySet<string> = new Set([
  "id",
  "trees",
  "base.given",
  "packages.from",
  "environment.manager",
  "environment.python.from",
]);

/**
 * Where two identity documents differ, in terms of a spec and in the order of the documents; none when they are the
 * same. What merely follows from other differences is left out. Pure.
 */
export function explainDifference(before: string, after: string): Difference[] {
  const [old, now] = [readDocument(before), readDocument(after)];
  const found: Found[] = [];
  compare([], old, now, found);
  const telling = found.filter((one) => !isDerived(one));
  const locks = lockFiles(old, now);
  return (telling.length > 0 ? telling : found).map((one) => inTermsOfSpec(one, locks));
}

/** A document, in which both managers of environments have their Python version in one place. */
function readDocument(text: string): Json {
  const document = JSON.parse(text) as Json;
  const { python, ...environment } = (document.environment ?? {}) as Json & { python?: Json };
  if (python?.version === undefined) return document;
  return { ...document, environment: { ...environment, pythonVersion: python.version } };
}

function isDerived({ at, before, after }: Found): boolean {
  if (DERIVED.has(at.join("."))) return true;
  // Bytecode comes and goes with the environment as a whole.
  return at.join(".") === "environment.bytecode" && (before === undefined || after === undefined);
}

function lockFiles(...documents: readonly Json[]): ReadonlySet<unknown> {
  const packages = documents.map((document) => (document.packages ?? {}) as Json);
  return new Set(packages.flatMap(({ lock, pyproject }) => [lock, pyproject]));
}

function inTermsOfSpec({ at, ...found }: Found, locks: ReadonlySet<unknown>): Difference {
  const [key = "", ...below] = at;
  if (key === "files") {
    const name = below.join("/");
    return { of: locks.has(name) ? "lock" : "file", name, ...found };
  }
  if (key === "base") return { of: "base", name: at.join("."), ...found };
  const isRecipe = key === "recipe" || key === "imagespec" || (key === "tools" && DEFAULT_TOOLS.has(found.after));
  return { of: isRecipe ? "recipe" : "parameter", name: parameterName(at), ...found };
}

function parameterName(at: Place): string {
  const path = at.join(".");
  const [prefix, parameter] = PARAMETERS.find(([one]) => path === one || path.startsWith(`${one}.`)) ?? [path, path];
  return path.startsWith(prefix) && parameter !== "requirements" ? parameter + path.slice(prefix.length) : parameter;
}

function compare(at: Place, before: unknown, after: unknown, out: Found[]): void {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return;
  if (at.length === 1 && at[0] === "files") compareFiles(before ?? [], after ?? [], out);
  else if (isList(before ?? after) && isList(after ?? before)) compareLists(at, before ?? [], after ?? [], out);
  else if (isRecord(before ?? after) && isRecord(after ?? before)) {
    compareKeys(at, (before ?? {}) as Json, (after ?? {}) as Json, out);
  } else out.push({ at, ...sides(before, after) });
}

function sides(before: unknown, after: unknown): Pick<Found, "kind" | "before" | "after"> {
  if (before === undefined) return { kind: "added", after };
  return after === undefined ? { kind: "removed", before } : { kind: "changed", before, after };
}

function compareKeys(at: Place, before: Json, after: Json, out: Found[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare([...at, key], own(before, key), own(after, key), out);
  }
}

/** A record's own value under a name; names that every object inherits, such as `constructor`, do not count. */
function own(record: Json, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** What a list lost and gained, so that one more item in the middle is one difference. */
function compareLists(at: Place, before: unknown, after: unknown, out: Found[]): void {
  const [old, now] = [before as unknown[], after as unknown[]];
  const removed = without(old, now);
  const added = without(now, old);
  for (const item of removed) out.push({ at, ...sides(item, undefined) });
  for (const item of added) out.push({ at, ...sides(undefined, item) });
  if (removed.length + added.length === 0) out.push({ at, kind: "reordered", before, after });
}

function without(items: readonly unknown[], others: readonly unknown[]): unknown[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(canonicalJson(other), (left.get(canonicalJson(other)) ?? 0) + 1);
  return items.filter((item) => {
    const count = left.get(canonicalJson(item)) ?? 0;
    left.set(canonicalJson(item), count - 1);
    return count <= 0;
  });
}

/** Files are told apart by their path, so that one more file is one difference. */
function compareFiles(before: unknown, after: unknown, out: Found[]): void {
  if (!isList(before) || !isList(after)) {
    const [left, right] = [before, after].map((files) => (isList(files) ? digestValue(files) : files));
    if (canonicalJson(left) !== canonicalJson(right)) out.push({ at: ["files"], ...sides(left, right) });
    return;
  }
  const table = (files: unknown) => new Map((files as [string, ...string[]][]).map(([path, ...rest]) => [path, rest]));
  const [old, now] = [table(before), table(after)];
  for (const path of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [left, right] = [old.get(path), now.get(path)];
    if (left?.join("\0") !== right?.join("\0")) out.push({ at: ["files", path], ...sides(left, right) });
  }
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isUntold(value);
}
