/** Letters that mean something behind a backslash in Go's regular expressions, in JavaScript's words. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["d", "[0-9]"],
  ["D", "[^0-9]"],
  ["w", "[0-9A-Za-z_]"],
  ["W", "[^0-9A-Za-z_]"],
  ["s", "[\\t\\n\\f\\r ]"],
  ["S", "[^\\t\\n\\f\\r ]"],
  ["b", "\\b"],
  ["B", "\\B"],
  ["A", "(?:^)"],
  ["z", "$"],
  ["a", "\\x07"],
  ["f", "\\f"],
  ["n", "\\n"],
  ["r", "\\r"],
  ["t", "\\t"],
  ["v", "\\v"],
]);

/** Go lets the start be repeated. */
const START = "(?:^)";
const REPEATED = /^\{\d+(?:,\d*)?\}/;
/** A backtracking engine takes time in the power of how many repeats of unknown length there are. */
const MOST_REPEATS = 3;

/**
 * Whether moby takes some of a pattern for operators of the regular expression it turns it into: it escapes `. + ( ) $`
 * and forgets `|`, `^` and `{2}`, and a letter behind a backslash is a class. Of no meaning in a pattern without
 * wildcards.
 */
export function holdsOperators(pattern: string): boolean {
  return /[|^]|\{\d+(?:,\d*)?\}|\\[\w\u0080-\u{10ffff}]/u.test(
    pattern.replaceAll(/\[\^?(?:\\.|[^\\\]])+\]|\\[^\w\u0080-\u{10ffff}]/gu, ""),
  );
}

/**
 * The test that moby's own regular expression makes. Throws SyntaxError where Go refuses it, or where it is too slow.
 */
export function mobyExpression(pattern: string): (path: string) => boolean {
  let source = "";
  let repeats = 0;
  const repeat = (text: string) => {
    if (++repeats > MOST_REPEATS) throw new SyntaxError("too many wildcards beside | ^ or {}");
    source += text;
  };
  for (let rest = pattern; rest !== ""; ) {
    const [piece = ""] = /^(?:\*\*\/?|\[\^?(?:\\.|[^\\\]])+\]|\\?.|\\$)/su.exec(rest) ?? [];
    const counted = REPEATED.exec(rest)?.[0];
    const taken = counted ?? piece;
    rest = rest.slice(taken.length);
    if (counted !== undefined) repeat(counted);
    else if (piece.startsWith("**")) repeat(rest === "" ? ".*" : "(?:.*/)?");
    else if (piece === "*") repeat("[^/]*");
    else if (piece === "?") source += "[^/]";
    // The one that ends the pattern escapes the end of the expression.
    else if (piece === "\\") return expression(`${source}\\$`);
    else if (piece.startsWith("\\")) source += escaped(piece.slice(1));
    else if (piece === "^") source += START;
    else if (piece.startsWith("[") || piece === "|") source += piece;
    else source += piece.replace(/[.+()${}\]/]/, "\\$&");
  }
  return expression(`${source}$`);
}

function expression(source: string): (path: string) => boolean {
  const compiled = new RegExp(`${START}${source}`, "u");
  return (path) => compiled.test(path);
}

function escaped(character: string): string {
  if (/[\w\u0080-\u{10ffff}]/u.test(character)) {
    const known = character === "_" ? undefined : ESCAPES.get(character);
    if (known === undefined) throw new SyntaxError(`nothing is meant by a backslash before ${character}`);
    return known;
  }
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
