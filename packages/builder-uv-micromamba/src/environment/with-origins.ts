import { normalName } from "@imagespec/core/builder";
import type { BaseEnvironment, BaseInspector } from "../base/base-inspector.ts";
import { DIRECT_URL, type InstalledDistribution } from "../base/installed-distribution.ts";

/**
 * The distributions of a base's environment, with the origin of each one that a wheel may replace. Only those are read,
 * since each costs a look into the base's layers.
 */
export async function withOrigins(
  { prefix, python, distributions }: BaseEnvironment,
  wheels: readonly { name: string }[],
  inspector: BaseInspector,
): Promise<InstalledDistribution[]> {
  const names = new Set(wheels.map(({ name }) => normalName(name)));
  const site = `${prefix.slice(1)}/lib/python${python.minor}/site-packages`;
  const pathOf = ({ info }: InstalledDistribution) => `${site}/${info}/${DIRECT_URL}`;
  const wanted = distributions.filter(({ name }) => names.has(normalName(name))).map(pathOf);
  const isThere = await Promise.all(wanted.map((path) => inspector.tree.get(path)));
  const paths = wanted.filter((_, at) => isThere[at] !== undefined);
  const texts = await inspector.contents(paths);
  return distributions.map((one) => ({ ...one, origin: texts.get(pathOf(one))?.toString("utf8") }));
}
