import type { ImageDifference, ImageReport, LayerReport, PackageReport } from "@imagespec/inspect";
import { byteCount } from "@imagespec/inspect";
import { printable, shortened } from "./terminal-text.ts";

/** How many packages, files and duplicates are printed; `--json` has them all. */
const SHOWN = 15;
const COLUMNS = 80;
/** Columns for a path: those that number, kind and size leave. */
const PATH_COLUMNS = COLUMNS - 24;

/** A report as lines for people: layers, then packages, files and duplicates, the largest first. */
export function reportLines(report: ImageReport): string[] {
  const { reference, digest, platform, size, unpacked, layers, packages, largest, wasted, duplicates } = report;
  return [
    `${reference}  ${platform}`,
    digest,
    `${byteCount(size)} stored, ${byteCount(unpacked)} unpacked`,
    "",
    ...layers.map((layer, index) => {
      const about = layer.packages.length === 0 ? layer.title : packagesOf(layer);
      return row(`${index + 1}`.padStart(3), layer.origin.padEnd(8), bytes(layer.size), about);
    }),
    ...section("packages", packages, ({ manager, name, version = "", size }) =>
      row("   ", manager.padEnd(8), bytes(size), `${name} ${version}`),
    ),
    ...section("largest files", largest, ({ size, path }) => row("   ", "".padEnd(8), bytes(size), pathText(path))),
    ...section(`wasted: ${byteCount(wasted)}`, duplicates, ({ kind, wasted, path }) =>
      row("   ", kind.padEnd(9), bytes(wasted), pathText(path)),
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

/**
 * The names of a layer's packages. A layer of bytecode says so, since it has the same packages as that of its modules.
 */
function packagesOf({ title, packages }: LayerReport): string {
  return (title.startsWith("bytecode by ") ? "bytecode of " : "") + packageNames(packages);
}

function packageNames(packages: readonly PackageReport[]): string {
  const names = packages.slice(0, 4).map(({ name, version }) => (version === undefined ? name : `${name} ${version}`));
  return names.join(", ") + (packages.length > names.length ? ` and ${packages.length - names.length} more` : "");
}

/** A path, of which only the end is shown where it is long: that is what tells files apart. */
function pathText(path: string): string {
  return path.length < PATH_COLUMNS ? `/${path}` : `…${path.slice(1 - PATH_COLUMNS)}`;
}

/** Cut to 80 columns; what is printed comes from outside, so control characters are shown as dots. */
function row(...cells: string[]): string {
  return shortened(printable(cells.join(" ")).trimEnd(), COLUMNS);
}

/** `12.3 MB`, right-aligned in nine columns. */
function bytes(count: number): string {
  return byteCount(count).padStart(9);
}
