/** What a netrc file has for one host. */
export interface NetrcLogin {
  /** In lower case; `*` for the file's `default`. */
  host: string;
  username: string;
  /** Empty where a token stands alone, as the user name. */
  password: string;
}

/**
 * The logins of a netrc file, in its order, as curl reads it (https://everything.curl.dev/usingcurl/netrc.html): values may
 * stand in double quotes, where a backslash escapes; `#` begins a comment where a keyword may stand, and is a letter
 * like others in a value, as for uv and Python; a macro ends at an empty line. Pure.
 */
export function parseNetrc(text: string): NetrcLogin[] {
  const words = netrcWords(text);
  const logins: NetrcLogin[] = [];
  const value = () => words.next().value ?? "";
  for (const word of words) {
    const last = logins.at(-1);
    if (word === "machine") logins.push({ host: value().toLowerCase(), username: "", password: "" });
    else if (word === "default") logins.push({ host: "*", username: "", password: "" });
    else if (word === "login" || word === "password" || word === "account") {
      const said = value();
      if (last && word === "login") last.username = said;
      if (last && word === "password") last.password = said;
    }
  }
  return logins.filter((login) => login.password !== "" || login.username !== "");
}

/** A word in quotes, a bare one, or what stands in place of a keyword: a macro, a comment. */
const WORD = /"((?:[^"\\]|\\.)*)"|(\S+)/gsy;
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
    if (/\s/.test(text[at] ?? "")) {
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
    if (isKeyword && bare === "macdef") {
      at = lineEnd(text, /\n[ \t\r]*\n/, at);
      continue;
    }
    const word = quoted?.replaceAll(/\\(.)/gs, (_, letter: string) => ESCAPES.get(letter) ?? letter) ?? bare;
    before = isKeyword && quoted === undefined ? word : "";
    at += whole.length;
    yield word;
  }
}

/** Where reading goes on behind the first `mark`. */
function lineEnd(text: string, mark: RegExp, from: number): number {
  const found = text.slice(from).search(mark);
  return found === -1 ? text.length : from + found + 1;
}
