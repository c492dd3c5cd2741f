/** What happens to a request instead of, or besides, being passed on. Byte positions count the body. */
export interface Fault {
  /** Milliseconds to wait before anything else. */
  delay?: number;
  /** Answers with this status at once; the target never sees the request. */
  status?: number;
  /** With `status` or `redirect` the answer's headers; else laid over the target's. null takes one away. */
  headers?: Record<string, string | null>;
  /** Body of an answer made by `status`. */
  body?: string;
  /** 307 to this URL; `{path}` in it stands for the request's path with its query. */
  redirect?: string;
  /** Breaks the connection (TCP RST) after so many bytes of the request, or of the answer to a request without body. */
  resetAt?: number;
  /** Closes the connection after so many bytes of the answer. */
  truncateAt?: number;
  /** Flips one bit of that byte of the request, or of the answer to a request without body. */
  corruptAt?: number;
  /** Sends nothing more after so many bytes of the answer; `true`: not even its head. The connection stays open. */
  stall?: true | number;
  /** Bytes put behind the end of the answer. */
  append?: string;
  /** Passes the request (its body too) on twice, as a client that retries does; the second answer counts. */
  duplicate?: true;
}

/**
 * Which requests meet which fault.
 *
 * @example { match: "GET /v2/app/manifests/*", nth: 2, do: { status: 503 } }
 */
export interface FaultRule {
  /** `METHOD /path`, `*` for anything; the query is part of the path. */
  match: string | RegExp;
  /** Which of the matching requests, counted from 1; several; default all. */
  nth?: number | readonly number[];
  do: Fault;
}

/** Picks the fault for each request: the first rule that matches and whose turn it is. Every match is counted. */
export function faultScript(rules: readonly FaultRule[]): (method: string, path: string) => Fault | undefined {
  const counted = rules.map((rule) => ({ ...rule, seen: 0 }));
  return (method, path) => {
    const matching = counted.filter((rule) => matches(rule.match, `${method} ${path}`));
    for (const rule of matching) rule.seen++;
    return matching.find(({ nth, seen }) => nth === undefined || [nth].flat().includes(seen))?.do;
  };
}

function matches(pattern: string | RegExp, line: string): boolean {
  if (typeof pattern !== "string") return pattern.test(line);
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(line);
}
