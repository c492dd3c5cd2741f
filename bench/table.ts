import type { RowResult } from "./row.ts";

const WIDTHS = [34, 30, 12, 12, 9, 8, 9];

/** The heading of the table that the terminal shows. */
export function tableHead(): string {
  return line(["", "rival", "imagespec", "rival", "ratio", "goal", "memory"]);
}

export function tableLine(result: RowResult): string {
  const { name, rival, what, ours, theirs, ratio, goal, megabytes } = result;
  const unit = what === "cpu" ? " CPU" : "";
  const cells = [
    name,
    rival,
    `${seconds(ours)}${unit}`,
    `${seconds(theirs)}${unit}`,
    `${ratio.toFixed(2)}x`,
    `${goal}x`,
  ];
  return line([...cells, `${megabytes.toFixed(0)} MB`]) + notes(result);
}

function notes({ ratio, goal, size }: RowResult): string {
  return (ratio > goal ? "  above the goal" : "") + (size === undefined ? "" : `  size ${size.toFixed(3)}x`);
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function line(cells: readonly string[]): string {
  return cells.map((cell, at) => (at < 2 ? cell.padEnd(WIDTHS[at] ?? 0) : cell.padStart(WIDTHS[at] ?? 0))).join("");
}
