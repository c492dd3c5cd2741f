/**
 * Whether a range of versions, as package managers write them, may take the version's major. Only what names one major
 * is judged (`^1`, `1.x`, `~1.2 || ^2`); any other range may.
 */
export function allowsMajorOf(version: string, range: string): boolean {
  const [major = ""] = version.split(".");
  return range.split("||").some((part) => {
    const named = /^\s*[\^~=v]*\s*(\d+)/.exec(part)?.[1];
    return named === undefined || named === major;
  });
}
