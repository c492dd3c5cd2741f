import type { ImageDifference, ImageReport, PackageReport } from "@imagespec/inspect";
import { byteCount } from "@imagespec/inspect";

/** How many packages, files and duplicates are printed; `--json` has them all. */
const SHOWN = 15;

/** A report as lines for people: layers, then packages, files and duplicates, the largest first. */
export function reportLines(report: ImageReport): string[] {
  const { reference, digest, platform, size, unpacked, layers, packages, largest, wasted, duplicates } = report;
  return [
    `${reference}  ${platform}`,
    `${digest}  ${bytes(size)} stored, ${bytes(unpacked)} unpacked`,
    "",
    ...layers.map((layer, index) => {
      const about = layer.packages.length === 0 ? layer.title : packageNames(layer.packages);
      return row(`${index + 1}`.padStart(3), layer.origin.padEnd(8), bytes(layer.size), about);
    }),
    ...section("packages", packages, ({ manager, name, version = "", size }) =>
      row("   ", manager.padEnd(8), bytes(size), `${name} ${version}`),
    ),
    ...section("largest files", largest, ({ size, path }) => row("   ", "".padEnd(8), bytes(size), `/${path}`)),
    ...section(`carried for nothing: ${bytes(wasted).trim()}`, duplicates, ({ kind, wasted, path }) =>
      row("   ", kind.padEnd(9), bytes(wasted), `/${path}`),
    ),
  ];
}

/** The difference of two images as lines for people. */
export function differenceLines({ before, after, layers, origins, packages }: ImageDifference): string[] {
  return [
    `- ${before.reference}  ${before.digest}`,
    `+ ${after.reference}  ${after.digest}`,
    `${bytes(before.size).trim()} -> ${bytes(after.size).trim()} stored`,
    `${layers.shared.length} layers in both, ${layers.removed.length} only in the first, ${layers.added.length} only in the second`,
    ...origins
      .filter(({ before, after }) => before !== after)
      .map(({ origin, before, after }) => `  ${origin.padEnd(8)} ${bytes(before)} -> ${bytes(after)}`),
    ...packages.map(({ manager, name, before, after }) => {
      const gone = after === undefined ? "-" : "~";
      const sign = before === undefined ? "+" : gone;
      const versions = [before, after].flatMap((one) => (one === undefined ? [] : [one.version ?? "?"]));
      const grown = (after?.size ?? 0) - (before?.size ?? 0);
      return `${sign} ${manager} ${name} ${[...new Set(versions)].join(" -> ")}  ${grown < 0 ? "-" : "+"}${bytes(Math.abs(grown)).trim()}`;
    }),
  ];
}

function section<T>(title: string, items: readonly T[], line: (item: T) => string): string[] {
  if (items.length === 0) return [];
  const rest = items.length > SHOWN ? [`       and ${items.length - SHOWN} more`] : [];
  return ["", title, ...items.slice(0, SHOWN).map(line), ...rest];
}

function packageNames(packages: readonly PackageReport[]): string {
  const names = packages.slice(0, 4).map(({ name, version }) => (version === undefined ? name : `${name} ${version}`));
  return names.join(", ") + (packages.length > names.length ? ` and ${packages.length - names.length} more` : "");
}

/** Cut to 80 columns; what is printed comes from outside, so control characters are shown as dots. */
function row(...cells: string[]): string {
  return cells
    .join(" ")
    .replaceAll(/\p{Cc}/gu, "·")
    .trimEnd()
    .slice(0, 80);
}

/** `12.3 MB`, right-aligned in nine columns. */
function bytes(count: number): string {
  return byteCount(count).padStart(9);
}
