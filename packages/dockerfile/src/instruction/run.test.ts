import { expect, it } from "vitest";
import { renderExec, renderRun } from "./run.ts";

/** What the frontend makes of an instruction: continued lines joined, comments among them and blank lines left out. */
function joined(text: string): string {
  const lines = text.split("\n");
  for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(65_535);
  for (const line of lines.slice(1)) expect(line).toMatch(/^[^\s#]/);
  return lines.map((line, at) => (at === lines.length - 1 ? line : line.replace(/\\[ \t]*$/, ""))).join("");
}

it.each([
  ["letters", "x".repeat(200_000)],
  ["letters of three bytes", "語".repeat(100_000)],
  ["letters of two units", "𝕏".repeat(60_000)],
  ["blanks and comments", "a # b\n".repeat(40_000)],
  ["backslashes among others", "a\\\\".repeat(50_000)],
  ["here-documents", "<<x ".repeat(40_000)],
])("a long argument of %s is the same on several lines", (_, word) => {
  const text = renderExec(["/bin/echo", word]);
  expect(text.split("\n").length).toBeGreaterThan(2);
  expect(JSON.parse(joined(text))).toEqual(["/bin/echo", word]);
});

it("a long script with line ends is the same on several lines", () => {
  const script = "cat >/x <<'EOF'\n".concat("line # of a file\n".repeat(6000), "EOF");
  const text = joined(renderRun(["set -e;", script]));
  expect(JSON.parse(text.slice("RUN ".length))).toEqual(["/bin/sh", "-c", `set -e; ${script}`]);
});

it("a line that is too long in bytes, and not in characters, is the same on several lines", () => {
  const script = `echo ${"語".repeat(30_000)}`;
  const text = joined(renderRun(["set -e;", script]));
  expect(JSON.parse(text.slice("RUN ".length))).toEqual(["/bin/sh", "-c", `set -e; ${script}`]);
});

it("what fits stays on one line", () => {
  expect(renderExec(["x".repeat(50_000)])).not.toContain("\n");
});
