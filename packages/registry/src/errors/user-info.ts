// What begins a URL: a scheme with two or three slashes of either kind; those of the web also with one or none, since
// readers of URLs take that for the same.
const SCHEME =
  /([a-z][a-z0-9+.-]{0,30}):[/\\]{2,3}|((?:git\+)?(?:https?|ftps?|sftp|ssh|wss?)):(?:[/\\](?![/\\])|(?=[^\s/\\]))/gi;
const DIGEST = /^sha(?:256|384|512):/i;
const PORT = /^\d{1,5}(?:[/\\?#'"`,;)\]}]|$)/;
const HOST =
  /^(?:localhost\b|\[|\d{1,3}(?:\.\d{1,3}){3}\b|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}|[a-z][\w-]*(?::\d+)?(?:[/'"`,;)\]}]|$))/i;

/** Where user info stands in a text: from `start` up to the `@` at `end`. */
export interface UserInfo {
  start: number;
  end: number;
}

/**
 * The user info of every URL in a text, also where a password was not encoded: it may hold quotes, `@` and, behind a
 * colon, slashes. A user name alone does not count where the scheme is ssh's, and nothing does in a file URL. With
 * `quotesEnd` a URL that stands in quotes ends with them, as in JSON. Linear in the text.
 */
export function userInfosOfUrls(text: string, options: { quotesEnd?: boolean } = {}): UserInfo[] {
  const found: UserInfo[] = [];
  for (const { 0: word, index } of text.matchAll(/[^\s]+/g)) {
    if (!word.includes("@")) continue;
    const schemes = [...word.matchAll(SCHEME)];
    for (const [nth, scheme] of schemes.entries()) {
      const name = (scheme[1] ?? scheme[2] ?? "").toLowerCase();
      if (name === "file") continue;
      const start = scheme.index + scheme[0].length;
      const quote = word[scheme.index - 1];
      const closing = options.quotesEnd && quote !== undefined && /["'`]/.test(quote) ? word.indexOf(quote, start) : -1;
      const rest = word.slice(start, closing === -1 ? schemes[nth + 1]?.index : closing);
      const length = userInfoLength(rest);
      if (length === undefined || (/(?:ssh|sftp)$/.test(name) && !rest.slice(0, length).includes(":"))) continue;
      found.push({ start: index + start, end: index + start + length });
    }
  }
  return found;
}

/** `user:password@host` without a scheme. `name:tag@sha256:...` is not one. Linear in the text. */
export function bareUserInfos(text: string): UserInfo[] {
  const found: UserInfo[] = [];
  for (const { 0: word, index } of text.matchAll(/[^\s]+/g)) {
    const at = word.lastIndexOf("@");
    if (at === -1) continue;
    const colon = word.indexOf(":");
    const start =
      colon - (/[^'"`(=,;<>{}/[\]\\]{0,255}$/.exec(word.slice(Math.max(0, colon - 255), colon))?.[0].length ?? 0);
    if (colon < 1 || start === colon || colon > at - 2) continue;
    const password = word.slice(colon + 1, at);
    if (/^[/\\]/.test(password) || PORT.test(password)) continue;
    const host = word.slice(at + 1);
    if (!DIGEST.test(host) && HOST.test(host)) found.push({ start: index + start, end: index + at });
  }
  return found;
}

/** How much of what follows the scheme is user info; undefined when nothing is. */
function userInfoLength(rest: string): number | undefined {
  const end = rest.search(/[/\\?#]/);
  const authority = end === -1 ? rest : rest.slice(0, end);
  const at = authority.lastIndexOf("@");
  if (at !== -1) return at;
  const colon = authority.indexOf(":");
  if (colon < 0 || authority.startsWith("[") || PORT.test(rest.slice(colon + 1))) return undefined;
  // What follows the colon is not a port, so it is a password with a slash in it.
  const last = rest.lastIndexOf("@");
  return last === -1 || DIGEST.test(rest.slice(last + 1)) ? undefined : last;
}
