import type { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import type { BuildOutcome } from "@imagespec/core";
import { expect, it } from "vitest";
import { LiveTree } from "./live-tree.ts";

const ESCAPE = String.fromCharCode(27);
const MOVES = new RegExp(`${ESCAPE}\\[(\\d+)F|(${ESCAPE}\\[J)|((?:(?!${ESCAPE}\\[\\d*[FJ])[\\s\\S])+)`, "g");

/** A terminal as far as drawing goes: it obeys "up n lines" and "erase below", and keeps what is then seen. */
class Terminal {
  readonly columns = 40;
  readonly rows = 10;
  lines: string[] = [""];

  write(text: string): boolean {
    for (const [, up, erase, plain] of text.matchAll(MOVES)) {
      if (up !== undefined) this.lines = this.lines.slice(0, this.lines.length - 1 - Number(up)).concat("");
      else if (erase === undefined && plain !== undefined) {
        const [first = "", ...rest] = stripVTControlCharacters(plain).split("\n");
        this.lines[this.lines.length - 1] += first;
        this.lines.push(...rest);
      }
    }
    return true;
  }
}

const outcome: BuildOutcome = {
  status: "built",
  reference: "r/app:t",
  tag: "t",
  id: "i",
  builder: "b",
  platforms: [],
  reasons: [],
};

it("keeps the steps of two platforms apart, though they have one name", () => {
  const terminal = new Terminal();
  const tree = new LiveTree(terminal as unknown as WriteStream);
  const step = { type: "step", image: "r/app:t", name: "numpy" } as const;
  tree.show({ ...step, platform: "linux/amd64", status: "started" });
  tree.show({ ...step, platform: "linux/arm64", status: "cached" });
  tree.show({ ...step, platform: "linux/amd64", status: "done", seconds: 2 });
  tree.stop();
  expect(terminal.lines.map((line) => line.trim()).filter(Boolean)).toEqual([
    "r/app:t",
    "✓ linux/amd64 numpy 2.0 s",
    "= linux/arm64 numpy",
  ]);
});

it("shortens a name that is too long, and keeps its time", () => {
  const terminal = new Terminal();
  const tree = new LiveTree(terminal as unknown as WriteStream);
  const name = "python packages: charset-normalizer 3.5.3, urllib3 2.8.0";
  tree.show({ type: "step", image: "r/app:t", name, status: "done", seconds: 12.34 });
  tree.stop();
  expect(terminal.lines.filter(Boolean)).toEqual(["r/app:t", "  ✓ python packages: charset-no… 12.3 s"]);
});

it("draws over what it drew, and leaves finished steps, warnings and the outcome", () => {
  const terminal = new Terminal();
  const tree = new LiveTree(terminal as unknown as WriteStream);
  tree.show({ type: "step", image: "r/app:t", name: "install", status: "started" });
  tree.show({ type: "progress", image: "r/app:t", name: "install", current: 1, total: 4, unit: "bytes" });
  for (let i = 0; i < 20; i++)
    tree.show({ type: "log", stream: "stdout", line: `\u001b[31mline ${i}\u001b[2K ${"x".repeat(60)}` });
  tree.show({ type: "warning", message: "careful" });
  expect(terminal.lines.filter((line) => line.includes("install"))).toHaveLength(1);
  expect(terminal.lines.join("\n")).toMatch(/install 1 B of 4 B/);
  expect(terminal.lines.join("\n")).toContain("line 19");
  expect(Math.max(...terminal.lines.map((line) => line.length))).toBeLessThan(40);
  tree.show({ type: "step", image: "r/app:t", name: "install", status: "done", seconds: 75 });
  tree.outcome(outcome);
  tree.stop();
  expect(terminal.lines.map((line) => line.trim()).filter(Boolean)).toEqual([
    "warning careful",
    "r/app:t",
    "✓ install 1 B of 4 B 1 min 15 s",
    "✓ built by b: r/app:t",
  ]);
});
