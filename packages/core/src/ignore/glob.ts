/** One piece of a pattern for paths. */
export type GlobToken =
  /** One character. */
  | { kind: "one"; takes(character: string): boolean; source: string }
  /** Any number of characters, with `/` among them where it `crosses`. */
  | { kind: "run"; crosses: boolean }
  /** Any number of whole folders, each with its `/`: nothing, `a/`, `a/b/`. */
  | { kind: "folders" };

/** With more runs than this a backtracking engine could take minutes for one path. */
const RUNS_OF_A_REGULAR_EXPRESSION = 2;

/** A literal character. */
export function literal(character: string): GlobToken {
  return { kind: "one", takes: (other) => other === character, source: escaped(character) };
}

/** Any character but `/`. */
export const NOT_A_SLASH: GlobToken = { kind: "one", takes: (other) => other !== "/", source: "[^/]" };

/** A set of characters, as an expression of JavaScript's. Throws SyntaxError when it is invalid. */
export function characterSet(source: string): GlobToken {
  const expression = new RegExp(`^${source}$`, "u");
  return { kind: "one", takes: (character) => expression.test(character), source };
}

/** The test of whether a whole text matches: in time linear in the text, whatever the pattern. */
export function globMatcher(tokens: readonly GlobToken[]): (text: string) => boolean {
  const runs = tokens.filter(({ kind }) => kind !== "one").length;
  if (runs > RUNS_OF_A_REGULAR_EXPRESSION) return (text) => matchesInStates(tokens, text);
  const expression = new RegExp(`^${tokens.map(sourceOf).join("")}$`, "u");
  return (text) => expression.test(text);
}

function sourceOf(token: GlobToken): string {
  if (token.kind === "one") return token.source;
  if (token.kind === "folders") return "(?:.*/)?";
  return token.crosses ? ".*" : "[^/]*";
}

/**
 * Walks the text once with the set of all places in the pattern that may be reached. Place 2i stands before token i,
 * place 2i+1 inside its folders.
 */
function matchesInStates(tokens: readonly GlobToken[], text: string): boolean {
  let places = new Uint8Array(2 * tokens.length + 2);
  places[0] = 1;
  skipWhatMayBeEmpty(tokens, places);
  for (const character of text) {
    const next = new Uint8Array(places.length);
    let isAlive = false;
    for (const [index, token] of tokens.entries()) {
      const here = 2 * index;
      if (!places[here] && !places[here + 1]) continue;
      isAlive = true;
      if (token.kind === "one") {
        if (places[here] && token.takes(character)) next[here + 2] = 1;
      } else if (token.kind === "run") {
        if (token.crosses ? character !== "\n" : character !== "/") next[here] = 1;
      } else if (character === "/") next[here + 1] = next[here + 2] = 1;
      else if (character !== "\n") next[here + 1] = 1;
    }
    if (!isAlive) return false;
    skipWhatMayBeEmpty(tokens, next);
    places = next;
  }
  return places[2 * tokens.length] === 1;
}

function skipWhatMayBeEmpty(tokens: readonly GlobToken[], places: Uint8Array): void {
  for (const [index, { kind }] of tokens.entries()) {
    if (kind !== "one" && places[2 * index]) places[2 * index + 2] = 1;
  }
}

function escaped(character: string): string {
  return /[\\^$.*+?()[\]{}|/-]/.test(character) && character !== "-" ? `\\${character}` : character;
}
