/** What a netrc file has for one host. */
export interface NetrcLogin {
  /** In lower case; `*` for the file's `default`. */
  host: string;
  username: string;
  /** Empty where a token stands alone, as the user name. */
  password: string;
}

/**
 * The logins of a netrc file, in its order, as curl reads it (https://everything.curl.dev/usingcurl/netrc.html):
 * keywords are of any case; values may stand in double quotes within a line, where a backslash escapes; `#` begins a
 * comment where a keyword may stand, and is a letter like others in a value, as for uv and Python; a macro ends at an
 * empty line. Pure.
 */
export function parseNetrc(text: string): NetrcLogin[] {
  const words = netrcWords(text.replace(/^\uFEFF/, ""));
  const logins: NetrcLogin[] = [];
  const value = () => words.next().value ?? "";
  for (const said of words) {
    const word = said.toLowerCase();
    const last = logins.at(-1);
    if (word === "machine") logins.push({ host: value().toLowerCase(), username: "", password: "" });
    else if (word === "default") logins.push({ host: "*", username: "", password: "" });
    else if (word === "login" || word === "password" || word === "account") {
      const text = value();
      if (last && word === "login") last.username = text;
      if (last && word === "password") last.password = text;
    }
  }
  return logins.filter((login) => login.password !== "" || login.username !== "");
}

/** A word in quotes, a bare one, or what stands in place of a keyword: a macro, a comment. */
const WORD = /"((?:[^"\\\n]|\\[^\n])*)"|([^ \t\r\n\f\v]+)/gy;
/** Of ASCII alone: a password may hold any other space. */
const SPACE = /[ \t\r\n\f\v]/;
const WITH_VALUE = new Set(["machine", "login", "password", "account"]);
const ESCAPES = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** The words, without comments and macros. */
function* netrcWords(text: string): Generator<string, undefined> {
  const pattern = new RegExp(WORD);
  let before = "";
  for (let at = 0; at < text.length; ) {
    if (SPACE.test(text[at] ?? "")) {
      at++;
      continue;
    }
    pattern.lastIndex = at;
    const [whole = "", quoted, bare = ""] = pattern.exec(text) ?? [];
    const isKeyword = !WITH_VALUE.has(before);
    if (isKeyword && whole.startsWith("#")) {
      at = lineEnd(text, /\n/, at);
      continue;
    }
    if (isKeyword && bare.toLowerCase() === "macdef") {
      at = lineEnd(text, /\n[ \t\r]*\n/, at);
      continue;
    }
    const word = quoted?.replaceAll(/\\(.)/gs, (_, letter: string) => ESCAPES.get(letter) ?? letter) ?? bare;
    before = isKeyword && quoted === undefined ? word.toLowerCase() : "";
    at += whole.length;
    yield word;
  }
}

/** Where reading goes on behind the first `mark`. */
function lineEnd(text: string, mark: RegExp, from: number): number {
  const found = text.slice(from).search(mark);
  return found === -1 ? text.length : from + found + 1;
}
