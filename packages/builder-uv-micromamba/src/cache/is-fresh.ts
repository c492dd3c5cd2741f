/** How long an index's answer counts, in milliseconds: as long as PyPI lets its pages be kept (`max-age=600`). */
const FRESH_MS = 10 * 60 * 1000;

/** Whether what an index of packages, Python's or Debian's, answered at this time (milliseconds since the epoch) still counts. */
export function isFresh(at: number): boolean {
  const age = Date.now() - at;
  return age >= 0 && age < FRESH_MS;
}
