import { ImageSpecError } from "@imagespec/registry/terms";

/** The variables of PEP 508 environment markers, `extra` aside. */
export type MarkerEnvironment = Readonly<Record<string, string>>;

const TOKEN = /\s*(?:(\(|\))|(===|==|!=|<=|>=|~=|<|>)|"([^"]*)"|'([^']*)'|([A-Za-z_][A-Za-z0-9_.]*))/y;
/** Names of before PEP 508, which uv still reads. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ["os.name", "os_name"],
  ["sys.platform", "sys_platform"],
  ["platform.machine", "platform_machine"],
  ["platform.version", "platform_version"],
  ["platform.python_implementation", "platform_python_implementation"],
  ["python_implementation", "platform_python_implementation"],
]);
const VERSIONS: ReadonlySet<string> = new Set(["python_version", "python_full_version", "implementation_version"]);

// uv reads no `===` in a marker.
const OPERATORS: ReadonlySet<string> = new Set(["==", "!=", "<=", ">=", "~=", "<", ">", "in", "not in"]);
/** What a pylock.toml may ask for beside (PEP 751); an image has none. */
const CHOICES: ReadonlySet<string> = new Set(["extras", "dependency_groups"]);

/** A version (PyPA version specifiers), which may begin with `v` and an epoch, which uv passes over, or end in `.*`. */
const VERSION =
  /^v?(?:\d+!)?(\d+(?:\.\d+)*(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc|post|rev|r|dev)[-_.]?\d*|-\d+)*(?:\+[a-z0-9.]+)?)(\.\*)?$/i;

/** The name of an extra; no other is compared. */
const EXTRA = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i;

/** Parentheses inside each other; nobody writes more, and the reader is recursive. */
const DEEPEST = 50;

interface Token {
  kind: "paren" | "operator" | "text" | "word";
  value: string;
}

/** A marker as far as it is decided: what is left of it depends on variables that are not known. */
export type ReducedMarker = boolean | string;

/**
 * Whether an environment marker (PyPA dependency specifiers) holds.
 *
 * @throws ImageSpecError E_RESOLVE for one that cannot be read, or asks for what the environment does not say.
 */
export function markerHolds(marker: string, environment: MarkerEnvironment): boolean {
  const values = new Map(Object.entries(environment));
  const value = reduceMarker(marker, (name) => values.get(name) ?? (CHOICES.has(name) ? "" : undefined));
  if (typeof value === "string") throw unreadable(marker);
  return value;
}

/**
 * A marker with the variables that `known` has a value for replaced by what they decide: `sys_platform == 'linux' and
 * python_version < '3.12'` comes to `python_version < '3.12'` on Linux.
 *
 * @throws ImageSpecError E_RESOLVE for one that cannot be read.
 */
export function reduceMarker(
  marker: string,
  known: (variable: string) => string | undefined,
  extras: readonly string[] = [],
): ReducedMarker {
  const tokens = tokenize(marker);
  let at = 0;
  let depth = 0;
  const fail = () => unreadable(marker);
  const peek = () => tokens[at];
  const take = () => {
    const token = tokens[at++];
    if (token === undefined) throw fail();
    return token;
  };
  const joined = (word: "or" | "and", next: () => ReducedMarker): ReducedMarker => {
    // Every operand is read, also behind one that decides.
    const operands = [next()];
    while (peek()?.kind === "word" && peek()?.value === word) {
      at++;
      operands.push(next());
    }
    return word === "or" ? anyOf(operands) : allOf(operands);
  };
  const either = (): ReducedMarker => joined("or", both);
  const both = (): ReducedMarker => joined("and", one);
  const one = (): ReducedMarker => {
    if (peek()?.value === "(" && peek()?.kind === "paren") {
      at++;
      if (++depth > DEEPEST) throw fail();
      const value = either();
      depth--;
      if (take().value !== ")") throw fail();
      return value;
    }
    const left = take();
    let operator = take().value;
    if (operator === "not") operator = `not ${take().value}`;
    if (!OPERATORS.has(operator)) throw fail();
    const right = take();
    if (left.kind === "word" && CHOICES.has(left.value)) throw fail();
    return compare({ left, operator, right }, known, extras);
  };
  const result = either();
  if (at !== tokens.length) throw fail();
  return result;
}

/** Markers of which one must hold. */
export function anyOf(markers: readonly ReducedMarker[]): ReducedMarker {
  const open = new Set(markers.filter((marker) => typeof marker === "string"));
  if (markers.includes(true)) return true;
  return open.size === 0 ? false : [...open].join(" or ");
}

/** Markers that must all hold. */
export function allOf(markers: readonly ReducedMarker[]): ReducedMarker {
  const open = new Set(markers.filter((marker) => typeof marker === "string"));
  if (markers.includes(false)) return false;
  if (open.size === 0) return true;
  const [only] = open;
  if (open.size === 1) return only as string;
  return [...open].map((marker) => (/\sor\s/.test(marker) ? `(${marker})` : marker)).join(" and ");
}

function tokenize(marker: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let position = 0; marker.slice(position).trim() !== ""; position = TOKEN.lastIndex) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(marker);
    if (match === null) throw unreadable(marker);
    const [, paren, operator, double, single, word] = match;
    if (paren !== undefined) tokens.push({ kind: "paren", value: paren });
    else if (operator !== undefined) tokens.push({ kind: "operator", value: operator });
    else if (word !== undefined) tokens.push({ kind: "word", value: OLD_NAMES.get(word) ?? word });
    else tokens.push({ kind: "text", value: double ?? single ?? "" });
  }
  return tokens;
}

function unreadable(marker: string): ImageSpecError {
  return new ImageSpecError("E_RESOLVE", `${marker} is not an environment marker`);
}

/** One comparison, decided as uv does: what cannot be compared is passed over, so that it holds. */
function compare(
  { left, operator, right }: { left: Token; operator: string; right: Token },
  known: (variable: string) => string | undefined,
  extras: readonly string[],
): ReducedMarker {
  const name = left.kind === "word" ? left.value : right.value;
  const [a, b] = [left, right].map(({ kind, value }) => (kind === "word" && value !== "extra" ? known(value) : value));
  if (a === undefined || b === undefined) return `${written(left)} ${operator} ${written(right)}`;
  if (left.kind === right.kind) return true;
  if (name === "extra") {
    if (operator !== "==" && operator !== "!=") return true;
    const wanted = left.kind === "text" ? left.value : right.value;
    return EXTRA.test(wanted) && extras.includes(wanted) === (operator === "==");
  }
  if (VERSIONS.has(name)) return compareVersion({ value: left.kind === "word" ? a : b, operator, left, right });
  if (operator === "in" || operator === "not in") return b.includes(a) === (operator === "in");
  if (operator === "!=") return a !== b;
  // Texts have no order (PyPA dependency specifiers).
  return operator === "~=" || (operator !== "<" && operator !== ">" && a === b);
}

/** A variable that is a version, beside what a marker compares it with. */
function compareVersion(comparison: { value: string; operator: string; left: Token; right: Token }): boolean {
  const { value, operator, left, right } = comparison;
  const isReversed = left.kind === "text";
  const text = isReversed ? left.value : right.value;
  if (operator === "in" || operator === "not in") {
    // A list of versions, where a text would also hold parts of words.
    const words = text.split(/[\s,]+/).filter((word) => word !== "");
    const versions = words.map((word) => VERSION.exec(word)?.slice(1, 3).join(""));
    if (isReversed || versions.includes(undefined)) return true;
    return versions.some((version = "") => compareVersions(value, "==", version)) === (operator === "in");
  }
  const [, wanted, wildcard] = VERSION.exec(text.trim()) ?? [];
  if (wanted === undefined) return true;
  if (wildcard !== undefined && (isReversed || (operator !== "==" && operator !== "!="))) return true;
  const version = `${wanted}${wildcard ?? ""}`;
  return isReversed && operator !== "~="
    ? compareVersions(version, operator, value)
    : compareVersions(value, operator, version);
}

function written({ kind, value }: Token): string {
  if (kind === "word") return value;
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

function compareVersions(left: string, operator: string, right: string): boolean {
  const wildcard = right.endsWith(".*");
  const a = numbers(left);
  const b = numbers(right.replace(/\.\*$/, ""));
  const order = (length: number) => {
    for (let i = 0; i < length; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) - (b[i] ?? 0);
    return 0;
  };
  const full = order(Math.max(a.length, b.length));
  const isEqual = (wildcard ? order(b.length) : full) === 0;
  if (operator === "==") return isEqual;
  if (operator === "!=") return !isEqual;
  if (operator === "<") return full < 0;
  if (operator === "<=") return full <= 0;
  if (operator === ">") return full > 0;
  return full >= 0 && (operator === ">=" || order(b.length - 1) === 0);
}

function numbers(version: string): number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
