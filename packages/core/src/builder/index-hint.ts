/** What uv says of an index that does not answer as one, and what helps. The first that fits counts. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /40[13] (?:Unauthorized|Forbidden)/,
    "Give the build a login for the index with pipSecretMounts, or correct the index's address.",
  ],
  [/HTTP status server error/, "Build again later, since the index itself fails, or name a mirror of it."],
  [
    /error sending request for url|client error \(Connect\)/,
    "Check the network, HTTPS_PROXY and SSL_CERT_FILE, or name a mirror of the index (IMAGESPEC_INDEX_MIRRORS).",
  ],
];

/**
 * What helps where uv could not reach or read a package index, by the last lines that it printed; undefined where these
 * say nothing of an index, so that what is asked of it is at fault. Pure.
 */
export function indexHint(lines: readonly string[]): string | undefined {
  const text = lines.join("\n");
  return HINTS.find(([pattern]) => pattern.test(text))?.[1];
}
