import type { LayerScan } from "../scan/scan-layer.ts";
import type { DuplicateReport } from "./image-report.ts";

/** A file that can be seen in the image, and where it comes from. */
interface Visible {
  size: number;
  hash: string | undefined;
  layer: string;
}

/**
 * What layers carry for nothing: rewritten or removed by a higher one, or larger files that are there twice. Largest
 * first. Pure.
 */
export function findDuplicates(layers: readonly { digest: string; scan: LayerScan }[]): DuplicateReport[] {
  const found: DuplicateReport[] = [];
  const visible = new Map<string, Visible>();
  for (const { digest, scan } of layers) {
    if (scan.removed.length > 0) hide(visible, new Set(scan.removed), digest, found);
    for (const { path, size, hash } of scan.files) {
      const below = visible.get(path);
      if (below !== undefined) {
        found.push({ kind: "rewritten", path, wasted: below.size, layers: [below.layer, digest] });
      }
      visible.set(path, { size, hash, layer: digest });
    }
  }
  const byContent = new Map<string, { path: string; layer: string }>();
  for (const [path, { size, hash, layer }] of visible) {
    if (hash === undefined) continue;
    const first = byContent.get(hash);
    if (first === undefined) byContent.set(hash, { path, layer });
    else found.push({ kind: "copy", path, of: first.path, wasted: size, layers: [...new Set([first.layer, layer])] });
  }
  return found.filter(({ wasted }) => wasted > 0).sort((one, other) => other.wasted - one.wasted);
}

/** One pass for all that a layer removes, however much it is. */
function hide(
  visible: Map<string, Visible>,
  removed: ReadonlySet<string>,
  layer: string,
  found: DuplicateReport[],
): void {
  for (const [path, below] of visible) {
    if (!isBelow(path, removed)) continue;
    visible.delete(path);
    found.push({ kind: "removed", path, wasted: below.size, layers: [below.layer, layer] });
  }
}

function isBelow(path: string, removed: ReadonlySet<string>): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    if (removed.has(path.slice(0, end))) return true;
  }
  return removed.has("");
}
