import { characterSet, type GlobToken, literal, NOT_A_SLASH } from "./glob.ts";

/** POSIX character classes of git's wildmatch, in ASCII as there. */
const CLASSES: ReadonlyMap<string, string> = new Map([
  ["alnum", "0-9A-Za-z"],
  ["alpha", "A-Za-z"],
  ["blank", " \\t"],
  ["cntrl", "\\x00-\\x1f\\x7f"],
  ["digit", "0-9"],
  ["graph", "\\x21-\\x7e"],
  ["lower", "a-z"],
  ["print", "\\x20-\\x7e"],
  ["punct", "!-\\/:-@\\[-`\\{-~"],
  ["space", "\\s"],
  ["upper", "A-Z"],
  ["xdigit", "0-9A-Fa-f"],
]);

/**
 * A pattern of a `.gitignore` in pieces, by the rules of git's wildmatch for paths: `*`, `?` and sets stop at `/`, and
 * `**` is any number of folders where it stands between slashes. Undefined for a pattern that matches nothing in git.
 * Pure.
 */
export function gitGlob(pattern: string): GlobToken[] | undefined {
  const characters = [...pattern];
  const tokens: GlobToken[] = [];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] as string;
    if (character === "\\") {
      const next = characters[++index];
      if (next === undefined) return undefined;
      tokens.push(literal(next));
    } else if (character === "?") tokens.push(NOT_A_SLASH);
    else if (character === "*") {
      let end = index;
      while (characters[end + 1] === "*") end++;
      const before = characters[index - 1];
      const after = characters[end + 1];
      const isWhole = end > index && (before === undefined || before === "/") && (after === undefined || after === "/");
      if (!isWhole) tokens.push({ kind: "run", crosses: false });
      else if (after === undefined) tokens.push({ kind: "run", crosses: true });
      else {
        tokens.push({ kind: "folders" });
        end++;
      }
      index = end;
    } else if (character === "[") {
      const set = readSet(characters, index);
      if (set === undefined) return undefined;
      tokens.push(set.token);
      index = set.end;
    } else tokens.push(literal(character));
  }
  return tokens;
}

/** A set in brackets that starts at `start`; its first character may be a bare `]`. */
function readSet(characters: readonly string[], start: number): { token: GlobToken; end: number } | undefined {
  let index = start + 1;
  const isInverted = characters[index] === "!" || characters[index] === "^";
  if (isInverted) index++;
  let source = "";
  for (let isFirst = true; isFirst || characters[index] !== "]"; isFirst = false) {
    const named = characters[index] === "[" && characters[index + 1] === ":" ? className(characters, index) : undefined;
    if (named === "unknown") return undefined;
    if (named !== undefined) {
      source += named.source;
      index = named.end + 1;
      continue;
    }
    const from = readMember(characters, index);
    if (from === undefined) return undefined;
    index = from.end + 1;
    if (characters[index] === "-" && characters[index + 1] !== undefined && characters[index + 1] !== "]") {
      const to = readMember(characters, index + 1);
      if (to === undefined) return undefined;
      index = to.end + 1;
      // As in git, a range from high to low is not an error: its first character counts.
      source += codePoint(from.character);
      if (from.character <= to.character) source += `-${codePoint(to.character)}`;
    } else source += codePoint(from.character);
    if (index >= characters.length) return undefined;
  }
  const expression = isInverted ? `(?![${source}])[^/]` : `(?!/)[${source}]`;
  return { token: characterSet(expression), end: index };
}

function readMember(characters: readonly string[], index: number): { character: string; end: number } | undefined {
  const isEscaped = characters[index] === "\\";
  const end = isEscaped ? index + 1 : index;
  const character = characters[end];
  return character === undefined ? undefined : { character, end };
}

function className(characters: readonly string[], start: number) {
  const rest = characters.slice(start + 2, start + 12).join("");
  const [, name] = /^([a-z]*):\]/.exec(rest) ?? [];
  if (name === undefined) return undefined;
  const source = CLASSES.get(name);
  return source === undefined ? ("unknown" as const) : { source, end: start + 2 + name.length + 1 };
}

function codePoint(character: string): string {
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}
