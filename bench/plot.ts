import type { RowResult } from "./row.ts";
import { seconds } from "./table.ts";

const WIDTH = 860;
const LEFT = 250;
const RIGHT = 250;
const LINE = 30;
/** Ratios that are drawn; what is beyond ends at the edge. */
const RANGE = { from: 0.02, to: 4 };

/** The results as an SVG: a bar a row, on a logarithmic scale of ratios; left of the line at 1 imagespec takes less. */
export function plot(results: readonly RowResult[]): string {
  const height = results.length * LINE + 60;
  const one = at(1);
  const bars = results.map((result, index) => bar(result, 30 + index * LINE));
  const ticks = [0.1, 0.25, 0.5, 1, 2].map(
    (ratio) => `<text x="${at(ratio)}" y="${height - 8}" text-anchor="middle" class="dim">${ratio}×</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="13" role="img">
<title>imagespec's time in relation to its rivals'</title>
<style>text{fill:#333}.dim{fill:#777}@media(prefers-color-scheme:dark){text{fill:#ddd}.dim{fill:#999}}</style>
${bars.join("\n")}
<line x1="${one}" x2="${one}" y1="20" y2="${height - 26}" stroke="#999" stroke-dasharray="3 3"/>
${ticks.join("\n")}
</svg>
`;
}

function bar({ name, rival, ratio, goal, ours, theirs, what }: RowResult, y: number): string {
  const [one, end] = [at(1), at(ratio)];
  const middle = y + LINE / 2;
  const short = ratio <= 1 ? "#d9a514" : "#c8443c";
  const color = ratio <= goal ? "#2a9d5c" : short;
  const unit = what === "cpu" ? " CPU" : "";
  return [
    `<text x="${LEFT - 10}" y="${middle + 4}" text-anchor="end">${escaped(name)}</text>`,
    `<rect x="${Math.min(one, end)}" y="${y + 6}" width="${Math.max(Math.abs(one - end), 1)}" height="${LINE - 12}" fill="${color}"/>`,
    `<line x1="${at(goal)}" x2="${at(goal)}" y1="${y + 3}" y2="${y + LINE - 3}" stroke="#555" stroke-width="2"/>`,
    `<text x="${WIDTH - RIGHT + 10}" y="${middle + 4}">${ratio.toFixed(2)}× <tspan class="dim">${escaped(`${seconds(ours)} : ${seconds(theirs)}${unit}, ${rival}`)}</tspan></text>`,
  ].join("");
}

function at(ratio: number): number {
  const clipped = Math.min(Math.max(ratio, RANGE.from), RANGE.to);
  const share = Math.log(clipped / RANGE.from) / Math.log(RANGE.to / RANGE.from);
  return Math.round((LEFT + share * (WIDTH - LEFT - RIGHT)) * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
