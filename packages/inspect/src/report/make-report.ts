import type { OpenedImage } from "../image/opened-image.ts";
import { layerHistories, ORIGINS, originOfFiles } from "../origin/layer-origin.ts";
import { OwnerIndex } from "../package/find-owner.ts";
import type { InstalledPackage } from "../package/package-owner.ts";
import type { LayerScan } from "../scan/scan-layer.ts";
import { findDuplicates } from "./find-duplicates.ts";
import type { ImageInspection, LayerReport, PackageReport } from "./image-report.ts";

/** How many of the largest files and duplicates are named. */
const NAMED = 50;

/** Puts together what the layers of an image say. Pure. */
export function makeReport(image: OpenedImage, scans: readonly LayerScan[]): ImageInspection {
  const { reference, digest, platform, config } = image;
  const owners = new OwnerIndex(scans.map(({ records }) => records));
  const histories = layerHistories(config, image.layers.length);
  const files: ImageInspection["files"] = [];
  const whole = new PackageTotals();
  const layers = image.layers.map(({ digest, size }, index): LayerReport => {
    const scan = scans[index] as LayerScan;
    const { title = "", origin: told } = histories[index] ?? {};
    const totals = new PackageTotals();
    const owned = scan.files.map((file) => ({ ...file, owner: owners.find(file.path, scan.records) }));
    const content = owned.map(({ path, size, owner }) => ({ path, size, manager: owner?.manager }));
    const origin = told ?? originOfFiles(content, title);
    for (const { path, size, owner } of owned) {
      files.push({ path, size, layer: digest, package: owner && packageText(owner), origin });
      if (owner === undefined) continue;
      totals.add(owner, size);
      whole.add(owner, size);
    }
    const { unpacked } = scan;
    return { digest, size, unpacked, origin, title, files: scan.files.length, packages: totals.list() };
  });
  const duplicates = findDuplicates(layers.map(({ digest }, index) => ({ digest, scan: scans[index] as LayerScan })));
  const largest = [...files].sort((one, other) => other.size - one.size).slice(0, NAMED);
  const report = {
    reference,
    digest,
    platform,
    size: sum(layers, "size"),
    unpacked: sum(layers, "unpacked"),
    layers,
    origins: ORIGINS.flatMap((origin) => {
      const own = layers.filter((layer) => layer.origin === origin);
      return own.length === 0
        ? []
        : [{ origin, layers: own.length, size: sum(own, "size"), unpacked: sum(own, "unpacked") }];
    }),
    packages: whole.list(),
    largest: largest.map(({ origin: _, ...file }) => file),
    wasted: duplicates.reduce((total, { wasted }) => total + wasted, 0),
    duplicates: duplicates.slice(0, NAMED),
  };
  return { report, files };
}

/** `python numpy 2.1.0` */
function packageText({ manager, name, version }: InstalledPackage): string {
  return [manager, name, version].filter((part) => part !== undefined).join(" ");
}

class PackageTotals {
  readonly #packages = new Map<string, PackageReport>();

  add(owner: InstalledPackage, size: number): void {
    const key = packageText(owner);
    const total = this.#packages.get(key) ?? { ...owner, size: 0, files: 0 };
    total.size += size;
    total.files++;
    this.#packages.set(key, total);
  }

  list(): PackageReport[] {
    return [...this.#packages.values()].sort((one, other) => other.size - one.size || (one.name < other.name ? -1 : 1));
  }
}

function sum(layers: readonly LayerReport[], field: "size" | "unpacked"): number {
  return layers.reduce((total, layer) => total + layer[field], 0);
}
