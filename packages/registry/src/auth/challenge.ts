/** One scheme of a WWW-Authenticate header with its parameters, names in lower case (RFC 9110, 11.6.1). */
export interface Challenge {
  scheme: string;
  parameters: Record<string, string>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~0-9A-Za-z/:?=@-]*))/y;

/**
 * Reads all challenges of a header: several schemes, quoted commas and escapes included. Stops at anything outside the
 * grammar.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  const skip = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (at < header.length) {
    skip(/[\s,]*/y);
    const parameter = challenges.length > 0 ? skip(PARAMETER) : null;
    if (parameter?.[1] !== undefined) {
      const value = parameter[2]?.replace(/\\(.)/g, "$1") ?? parameter[3] ?? "";
      const { parameters } = challenges[challenges.length - 1] as Challenge;
      parameters[parameter[1].toLowerCase()] ??= value;
      continue;
    }
    const scheme = skip(TOKEN);
    if (scheme === null) break;
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters: {} });
  }
  return challenges;
}
