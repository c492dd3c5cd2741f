import { ImageSpecError } from "@imagespec/core/builder";

/** The variables of PEP 508 environment markers, `extra` aside. */
export type MarkerEnvironment = Readonly<Record<string, string>>;

const TOKEN = /\s*(?:(\(|\))|(===|==|!=|<=|>=|~=|<|>)|"([^"]*)"|'([^']*)'|([A-Za-z_][A-Za-z0-9_.]*))/y;
const VERSIONS = new Set(["python_version", "python_full_version", "implementation_version"]);

interface Token {
  kind: "paren" | "operator" | "text" | "word";
  value: string;
}

/** Whether an environment marker (PyPA dependency specifiers) holds. Throws E_RESOLVE for one that cannot be read. */
export function markerHolds(marker: string, environment: MarkerEnvironment, extras: readonly string[] = []): boolean {
  const tokens = tokenize(marker);
  let at = 0;
  const fail = () => new ImageSpecError("E_RESOLVE", `${marker} is not an environment marker`);
  const peek = () => tokens[at];
  const take = () => {
    const token = tokens[at++];
    if (token === undefined) throw fail();
    return token;
  };
  const either = (): boolean => {
    let value = both();
    while (peek()?.kind === "word" && peek()?.value === "or") {
      at++;
      // Evaluated before the operator, since short-circuiting would leave its tokens unread.
      const right = both();
      value = value || right;
    }
    return value;
  };
  const both = (): boolean => {
    let value = one();
    while (peek()?.kind === "word" && peek()?.value === "and") {
      at++;
      const right = one();
      value = value && right;
    }
    return value;
  };
  const one = (): boolean => {
    if (peek()?.value === "(" && peek()?.kind === "paren") {
      at++;
      const value = either();
      if (take().value !== ")") throw fail();
      return value;
    }
    const left = take();
    let operator = take().value;
    if (operator === "not") operator = `not ${take().value}`;
    return compare({ left, operator, right: take() }, environment, extras);
  };
  const result = either();
  if (at !== tokens.length) throw fail();
  return result;
}

function tokenize(marker: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let position = 0; marker.slice(position).trim() !== ""; position = TOKEN.lastIndex) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(marker);
    if (match === null) throw new ImageSpecError("E_RESOLVE", `${marker} is not an environment marker`);
    const [, paren, operator, double, single, word] = match;
    if (paren !== undefined) tokens.push({ kind: "paren", value: paren });
    else if (operator !== undefined) tokens.push({ kind: "operator", value: operator });
    else if (word !== undefined) tokens.push({ kind: "word", value: word });
    else tokens.push({ kind: "text", value: double ?? single ?? "" });
  }
  return tokens;
}

function compare(
  { left, operator, right }: { left: Token; operator: string; right: Token },
  environment: MarkerEnvironment,
  extras: readonly string[],
): boolean {
  const name = left.kind === "word" ? left.value : right.value;
  if (name === "extra") {
    const wanted = left.kind === "text" ? left.value : right.value;
    return extras.includes(wanted) === (operator === "==");
  }
  const [a, b] = [left, right].map((token) =>
    token.kind === "word" ? (environment[token.value] ?? "") : token.value,
  ) as [string, string];
  if (operator === "in") return b.split(/[\s,]+/).includes(a) || b.includes(a);
  if (operator === "not in") return !b.includes(a);
  if (VERSIONS.has(name)) return compareVersions(a, operator, b);
  if (operator === "==" || operator === "===") return a === b;
  if (operator === "!=") return a !== b;
  return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b;
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
  switch (operator) {
    case "==":
    case "===":
      return (wildcard ? order(b.length) : full) === 0;
    case "!=":
      return (wildcard ? order(b.length) : full) !== 0;
    case "<":
      return full < 0;
    case "<=":
      return full <= 0;
    case ">":
      return full > 0;
    case ">=":
      return full >= 0;
    default: // ~=
      return full >= 0 && order(b.length - 1) === 0;
  }
}

function numbers(version: string): number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
