import type { Origin } from "../origin/layer-origin.ts";
import type { PackageManager } from "../package/package-owner.ts";
import type { ImageReport, PackageReport } from "./image-report.ts";

/** A package that is in one of two images alone, or in another version or size. */
export interface PackageDifference {
  manager: PackageManager;
  name: string;
  before?: { version?: string | undefined; size: number } | undefined;
  after?: { version?: string | undefined; size: number } | undefined;
}

/** Which image it is, and how large. */
export type ImageHead = Pick<ImageReport, "reference" | "digest" | "platform" | "size" | "unpacked">;

/** What sets two images apart. */
export interface ImageDifference {
  before: ImageHead;
  after: ImageHead;
  /** Digests of the layers that both have, and those that one has alone. */
  layers: { shared: string[]; removed: string[]; added: string[] };
  /** Stored bytes by origin. */
  origins: { origin: Origin; before: number; after: number }[];
  /** Those that differ most in size first. */
  packages: PackageDifference[];
}

/** What sets two images apart. Pure. */
export function compareReports(before: ImageReport, after: ImageReport): ImageDifference {
  const digests = (report: ImageReport) => [...new Set(report.layers.map(({ digest }) => digest))];
  const [old, now] = [digests(before), digests(after)];
  const sizeOf = (report: ImageReport, origin: Origin) =>
    report.origins.find((one) => one.origin === origin)?.size ?? 0;
  const origins = [...new Set([...before.origins, ...after.origins].map(({ origin }) => origin))];
  return {
    before: head(before),
    after: head(after),
    layers: {
      shared: now.filter((digest) => old.includes(digest)),
      removed: old.filter((digest) => !now.includes(digest)),
      added: now.filter((digest) => !old.includes(digest)),
    },
    origins: origins.map((origin) => ({ origin, before: sizeOf(before, origin), after: sizeOf(after, origin) })),
    packages: comparePackages(before.packages, after.packages),
  };
}

function head({ reference, digest, platform, size, unpacked }: ImageReport): ImageHead {
  return { reference, digest, platform, size, unpacked };
}

function comparePackages(before: readonly PackageReport[], after: readonly PackageReport[]): PackageDifference[] {
  const key = ({ manager, name }: PackageReport) => `${manager} ${name}`;
  const [old, now] = [new Map(before.map((one) => [key(one), one])), new Map(after.map((one) => [key(one), one]))];
  const weight = ({ before, after }: PackageDifference) => Math.abs((after?.size ?? 0) - (before?.size ?? 0));
  return [...new Set([...old.keys(), ...now.keys()])]
    .flatMap((name): PackageDifference[] => {
      const [left, right] = [old.get(name), now.get(name)];
      if (left?.version === right?.version && left?.size === right?.size) return [];
      const { manager, name: own } = (right ?? left) as PackageReport;
      const side = (one: PackageReport | undefined) => one && { version: one.version, size: one.size };
      return [{ manager, name: own, before: side(left), after: side(right) }];
    })
    .sort((one, other) => weight(other) - weight(one));
}
