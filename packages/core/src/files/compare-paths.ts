const SURROGATE = /[\ud800-\udfff]/;

/** Sorts by the UTF-8 bytes of a text taken from each item: the same order on every machine and in every locale. */
export function sortByBytes<T>(items: T[], textOf: (item: T) => string): T[] {
  // Code units and code points order alike unless there are surrogates.
  const compare = items.some((item) => SURROGATE.test(textOf(item))) ? compareCodePoints : compareCodeUnits;
  return items.sort((left, right) => compare(textOf(left), textOf(right)));
}

function compareCodeUnits(left: string, right: string): number {
  return Number(left > right) - Number(left < right);
}

function compareCodePoints(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
