import { createHash } from "node:crypto";

/** Above this many bytes an item has a layer of its own. */
const OWN_LAYER = 8 * 1024 * 1024;
const GROUPS = 8;

/**
 * How items go into layers: large ones alone, the others in at most eight groups by the hash of their name, so that
 * another version of one stays in its group. Sorted by name, large ones first. `limit` is how many layers there may
 * be: what is too much goes together.
 */
export function groupForLayers<T>(
  items: readonly T[],
  describe: (item: T) => { name: string; size: number },
  limit: number,
): T[][] {
  const described = items.map((item) => ({ item, ...describe(item) }));
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  const large = described.filter(({ size }) => size > OWN_LAYER).sort((a, b) => b.size - a.size || byName(a, b));
  const alone = large.slice(0, Math.max(limit - GROUPS, 0)).sort(byName);
  const groups = new Map<number, typeof described>();
  for (const entry of described.filter((candidate) => !alone.includes(candidate)).sort(byName)) {
    const group = (createHash("sha256").update(entry.name).digest()[0] as number) >> 5;
    groups.set(group, [...(groups.get(group) ?? []), entry]);
  }
  const grouped = [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
  return [...alone.map((entry) => [entry]), ...grouped].map((group) => group.map(({ item }) => item));
}
