import type { BuildEvent } from "@imagespec/core";
import { expect, it } from "vitest";
import { BuildTrace } from "./build-trace.ts";

/** A trace of events, each at its time in milliseconds. */
function traceOf(events: readonly [number, BuildEvent][], end: number) {
  let now = 1000;
  const trace = new BuildTrace(() => now);
  for (const [at, event] of events) {
    now = 1000 + at;
    trace.add(event);
  }
  now = 1000 + end;
  return trace.document();
}

const step = (image: string, name: string, status: "started" | "done" | "cached" | "failed"): BuildEvent => ({
  type: "step",
  image,
  name,
  status,
});

it("gives steps that overlap threads of their own, and images processes", () => {
  const { traceEvents } = traceOf(
    [
      [0, step("a:1", "build", "started")],
      [1, step("a:1", "numpy", "started")],
      [2, step("a:1", "pandas", "cached")],
      [3, { type: "log", stream: "stdout", line: "..." }],
      [4, step("a:1", "numpy", "done")],
      [5, step("a:1", "source", "started")],
      [6, step("b:1", "build", "started")],
      [7, step("a:1", "source", "failed")],
      [8, step("a:1", "build", "failed")],
    ],
    9,
  );
  const drawn = traceEvents.map(({ ph, name, pid, tid, ts, dur, cat }) => [ph, name, pid, tid, ts, dur, cat]);
  expect(drawn).toEqual([
    ["M", "process_name", 1, 0, 0, undefined, undefined],
    ["i", "pandas", 1, 0, 2000, undefined, "cached"],
    ["X", "numpy", 1, 1, 1000, 3000, "done"],
    ["M", "process_name", 2, 0, 0, undefined, undefined],
    ["X", "source", 1, 1, 5000, 2000, "failed"],
    ["X", "build", 1, 0, 0, 8000, "failed"],
    ["X", "build", 2, 0, 6000, 3000, "unfinished"],
  ]);
});

it("counts bytes, and tells the platforms of one image apart", () => {
  const numpy = { type: "step", image: "a:1", name: "numpy" } as const;
  const arm = { image: "a:1", platform: "linux/arm64" };
  const { traceEvents } = traceOf(
    [
      [0, { ...numpy, platform: "linux/amd64", status: "started" }],
      [1, { ...numpy, platform: "linux/arm64", status: "started" }],
      [2, { type: "progress", image: "a:1", name: "push", current: 5, total: 9, unit: "bytes" }],
      [2, { type: "progress", ...arm, name: "push", current: 7, total: 9, unit: "bytes" }],
      [3, { ...numpy, platform: "linux/amd64", status: "done" }],
      [4, { ...numpy, platform: "linux/arm64", status: "done" }],
    ],
    5,
  );
  expect(traceEvents.slice(1)).toMatchObject([
    { ph: "C", name: "push", args: { bytes: 5 }, ts: 2000 },
    { ph: "C", name: "linux/arm64 push", args: { bytes: 7 }, ts: 2000 },
    { ph: "X", name: "linux/amd64 numpy", tid: 0, ts: 0, dur: 3000 },
    { ph: "X", name: "linux/arm64 numpy", tid: 1, ts: 1000, dur: 3000 },
  ]);
});
