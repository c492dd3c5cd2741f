import { byteCount } from "../byte-count.ts";
import type { ImageInspection, ImageReport } from "../report/image-report.ts";
import { pageScript } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";
import { pageTree } from "./page-tree.ts";

/** How many packages and duplicates are listed. */
const LISTED = 50;

/**
 * One HTML page that shows what an image is made of: a map of its bytes by layer, package and file, which keyboard,
 * pointer and a search move through, and tables. It holds everything it needs and asks for nothing. Pure.
 */
export function imagePage(inspection: ImageInspection): string {
  const { report } = inspection;
  const { reference, digest, platform, size, unpacked } = report;
  // Names of files may hold anything, the end of a script among it.
  const data = JSON.stringify(pageTree(inspection)).replaceAll("<", "\\u003c");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${text(reference)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>${text(reference.replace(/@sha256:.*/, ""))}</h1>
<p class="dim">${text(platform)}, ${byteCount(size)} stored, ${byteCount(unpacked)} unpacked, ${text(digest)}</p>
<div class="bar">
<input id="search" type="search" placeholder="Search packages and files ( / )" aria-label="Search packages and files">
<nav id="trail" aria-label="Shown part"></nav>
</div>
<p id="about" aria-live="polite"></p>
<ul id="results"></ul>
<div id="map" role="tree" aria-label="Bytes by layer, package and file"></div>
<p class="dim">Arrow keys move, Enter or a double click goes into a part, Escape goes back.</p>
${tables(report)}
<script id="data" type="application/json">${data}</script>
<script>(${pageScript})(${byteCount})</script>
</body>
</html>
`;
}

function tables({ layers, packages, duplicates, wasted }: ImageReport): string {
  return [
    table(
      "Layers",
      ["stored", "unpacked", "origin", "what"],
      layers.map(({ size, unpacked, origin, title }) => [
        size,
        unpacked,
        { html: `<span class="key" data-origin="${text(origin)}"></span>${text(origin)}` },
        title,
      ]),
    ),
    table(
      "Packages",
      ["size", "from", "package"],
      packages.slice(0, LISTED).map(({ size, manager, name, version = "" }) => [size, manager, `${name} ${version}`]),
    ),
    table(
      `Carried for nothing: ${byteCount(wasted)}`,
      ["size", "why", "file"],
      duplicates.slice(0, LISTED).map(({ wasted, kind, path }) => [wasted, kind, `/${path}`]),
    ),
  ].join("\n");
}

type TableCell = string | number | { html: string };

/** Numbers are bytes. */
function table(title: string, heads: readonly string[], rows: readonly (readonly TableCell[])[]): string {
  if (rows.length === 0) return "";
  const cell = (value: TableCell) => {
    if (typeof value === "number") return `<td class="size">${byteCount(value)}</td>`;
    return `<td>${typeof value === "string" ? text(value) : value.html}</td>`;
  };
  const head = heads.map((one) => `<th>${one}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return `<h2>${text(title)}</h2>\n<div class="table"><table><tr>${head}</tr>\n${body}</table></div>`;
}

/** For the page's text: what an image says of itself is not to be read as HTML. */
function text(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
