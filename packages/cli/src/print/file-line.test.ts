import { expect, it } from "vitest";
import { fileLine } from "./file-line.ts";

const rule = { file: "/w/.gitignore", line: 3, text: "*.log" };

it.each([
  [{ path: "source/a.py", isIn: true, because: "no-rule" }, "in   source/a.py"],
  [{ path: "source/a.log", isIn: false, because: "rule", rule }, "out  source/a.log  (../.gitignore:3: *.log)"],
  [
    { path: "source/a.log", isIn: true, because: "tracked", rule },
    "in   source/a.log  (tracked by git, despite ../.gitignore:3: *.log)",
  ],
  [{ path: "source/.venv/", isIn: false, because: "never" }, "out  source/.venv/  (never goes into an image)"],
  [{ path: "copy/a\u001b[2J", isIn: true, because: "copy" }, "in   copy/a·[2J  (named by copy)"],
] as const)("%o", (decision, line) => {
  expect(fileLine(decision, "/w/app")).toBe(line);
});
