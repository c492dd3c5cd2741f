/** What a netrc file has for one host. */
export interface NetrcLogin {
  /** In lower case; `*` for the file's `default`. */
  host: string;
  username: string;
  /** Empty where a token stands alone, as the user name. */
  password: string;
}

/** The logins of a netrc file (https://everything.curl.dev/usingcurl/netrc.html), in its order. Pure. */
export function parseNetrc(text: string): NetrcLogin[] {
  const words = text
    .replace(/(^|\s)#.*$/gm, "")
    .split(/\s+/)
    .filter((word) => word !== "");
  const logins: NetrcLogin[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    const last = logins.at(-1);
    if (word === "machine") logins.push({ host: (words[++at] ?? "").toLowerCase(), username: "", password: "" });
    else if (word === "default") logins.push({ host: "*", username: "", password: "" });
    else if (word === "login" && last) last.username = words[++at] ?? "";
    else if (word === "password" && last) last.password = words[++at] ?? "";
    else if (word === "account") at++;
  }
  return logins.filter((login) => login.password !== "" || login.username !== "");
}
