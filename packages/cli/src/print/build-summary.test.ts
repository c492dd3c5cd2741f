import type { BuildEvent } from "@imagespec/core";
import { expect, it } from "vitest";
import { BuildSummaries } from "./build-summary.ts";

const image = "r/app:t";
const step = (name: string, status: "done" | "cached" | "failed", seconds?: number): BuildEvent => ({
  type: "step",
  image,
  name,
  status,
  seconds,
});
const moved = (name: string, direction: "fetched" | "pushed", current: number, reused = 0): BuildEvent => ({
  type: "progress",
  image,
  name,
  current,
  direction,
  reused,
  unit: "bytes",
});

function linesOf(events: readonly BuildEvent[]): string[] {
  const summaries = new BuildSummaries();
  for (const event of events) summaries.add(event);
  return summaries.take(image);
}

it("says what ran and what the cache gave, which took longest, and what was moved", () => {
  const lines = linesOf([
    step("check whether the image exists", "done", 0.2),
    step("a", "cached"),
    step("b", "cached"),
    step("numpy", "done", 1),
    step("pandas", "done", 2),
    step("sources", "done", 0.1),
    step("files", "done", 0.2),
    moved("download", "fetched", 1_000_000),
    moved("download", "fetched", 12_300_000),
    moved("push", "pushed", 50_000_000, 45_000_000),
    { type: "progress", image, name: "context", current: 7, unit: "bytes" },
    step("build the image", "done", 4.25),
  ]);
  expect(lines).toEqual([
    "4.3 s: 4 steps run (pandas 2.0 s, numpy 1.0 s, files 0.2 s), 2 from the cache",
    "12.3 MB fetched, 5.0 MB pushed, 45.0 MB were in the registry",
  ]);
});

it("says nothing of an image that was not built, or of another one", () => {
  expect(linesOf([step("check whether the image exists", "done", 0.2)])).toEqual([]);
  expect(linesOf([{ ...step("build the image", "done", 1), image: "r/other:t" } as BuildEvent])).toEqual([]);
});

it("leaves out what did not happen", () => {
  expect(linesOf([step("a", "cached"), step("build the image", "done", 65)])).toEqual([
    "1 min 5 s: 0 steps run, 1 from the cache",
  ]);
});

it("shortens the names of steps that list many packages", () => {
  const packages = Array.from({ length: 20 }, (_, at) => `package-${at} 1.0.${at}`).join(", ");
  const [line] = linesOf([step(`python packages: ${packages}`, "done", 2), step("build the image", "done", 3)]);
  expect(line).toBe("3.0 s: 1 step run (python packages: package-0 1.0.0, packa… 2.0 s)");
});

it("names bytecode by its packages, which tell one such step from another", () => {
  const [line] = linesOf([
    step("bytecode by Python 3.11.2 of python packages: rich 15.0.0", "done", 2),
    step("bytecode by Python 3.11.2 of python packages: pygments 2.21.0", "done", 1),
    step("build the image", "done", 3),
  ]);
  expect(line).toBe("3.0 s: 2 steps run (bytecode of rich 15.0.0 2.0 s, bytecode of pygments 2.21.0 1.0 s)");
});
