/** One place where two identity documents differ. */
export interface Difference {
  /** `env.MODE`, `packages.packages[0]`, `files source/main.py`. */
  path: string;
  kind: "added" | "removed" | "changed";
  before?: unknown;
  after?: unknown;
}

/** Where two identity documents differ, in the order of their paths; none when their images are the same. Pure. */
export function explainDifference(before: string, after: string): Difference[] {
  const differences: Difference[] = [];
  compare("", JSON.parse(before), JSON.parse(after), differences);
  return differences;
}

function compare(path: string, before: unknown, after: unknown, out: Difference[]): void {
  // The id changes whenever a parameter does, so it would only repeat the other differences.
  if (path === "id" || JSON.stringify(before) === JSON.stringify(after)) return;
  if (path === "files") compareFiles(before ?? [], after ?? [], out);
  else if (before === undefined) out.push({ path, kind: "added", after });
  else if (after === undefined) out.push({ path, kind: "removed", before });
  else if (isList(before) && isList(after)) compareKeys({ ...before }, { ...after }, (k) => `${path}[${k}]`, out);
  else if (isObject(before) && isObject(after)) {
    compareKeys(before, after, (key) => (path === "" ? key : `${path}.${key}`), out);
  } else out.push({ path, kind: "changed", before, after });
}

function compareKeys(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  name: (key: string) => string,
  out: Difference[],
): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(name(key), own(before, key), own(after, key), out);
  }
}

/** A record's own value under a name; names that every object inherits, such as `constructor`, do not count. */
function own(record: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Files are told apart by their path, so that one more file is one difference. */
function compareFiles(before: unknown, after: unknown, out: Difference[]): void {
  const table = (files: unknown) => new Map((files as [string, ...string[]][]).map(([path, ...rest]) => [path, rest]));
  const [old, now] = [table(before), table(after)];
  for (const path of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [left, right] = [old.get(path), now.get(path)];
    const name = `files ${path}`;
    if (left === undefined) out.push({ path: name, kind: "added", after: right });
    else if (right === undefined) out.push({ path: name, kind: "removed", before: left });
    else if (left.join("\0") !== right.join("\0"))
      out.push({ path: name, kind: "changed", before: left, after: right });
  }
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
