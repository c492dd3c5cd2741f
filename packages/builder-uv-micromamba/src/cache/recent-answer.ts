/** What an index answered, and when, in milliseconds since 1970. */
export interface RecentAnswer<T> {
  at: number;
  answer?: T;
}

/** How long an index's answer counts, in milliseconds: as long as PyPI lets its pages be kept (`max-age=600`). */
const FRESH_MS = 10 * 60 * 1000;

/** Whether an answer still counts; one from the future does not. */
export function isFresh({ at }: RecentAnswer<unknown>): boolean {
  const age = Date.now() - at;
  return age >= 0 && age < FRESH_MS;
}
