import { setImmediate as turn } from "node:timers/promises";
import { ImageSpecError } from "@imagespec/registry";
import { describe, expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import type { BuildOptions } from "../request/build-options.ts";
import type { Spec } from "../spec/spec.ts";
import type { BuildOutcome } from "./build-outcome.ts";
import { buildSeveral, type SeveralOptions } from "./build-several.ts";

const spec = (name: string, baseImage?: ImageSpec) => new ImageSpec({ name, ...(baseImage && { baseImage }) });
const fault = (name: string) => new ImageSpecError("E_BUILD", `${name} is broken`, { hint: `Mend ${name}.` });

/** A builder whose builds begin at once, and end or fail when the test says so; it notes what happened when. */
function bench(specs: readonly ImageSpec[], options: SeveralOptions = {}) {
  const seen: string[] = [];
  const ends = new Map<string, { done(): void; fail(): void }>();
  const build = (one: Spec, { onEvent }: BuildOptions) => {
    seen.push(`begin ${one.name}`);
    onEvent?.({ type: "log", stream: "stderr", line: `of ${one.name}` });
    return new Promise<BuildOutcome>((resolve, reject) => {
      const done = () => resolve({ status: "skipped", id: one.name });
      ends.set(one.name, { done, fail: () => reject(fault(one.name)) });
    });
  };
  const result = buildSeveral(build, specs, {
    onOutcome: ({ id }, index) => seen.push(`outcome ${index} ${id}`),
    ...options,
  });
  result.catch(() => undefined);
  const end = async (name: string, how: "done" | "fail" = "done") => {
    ends.get(name)?.[how]();
    for (let turns = 0; turns < 5; turns++) await turn();
  };
  return { seen, end, result, begun: () => seen.filter((one) => one.startsWith("begin ")).map((one) => one.slice(6)) };
}

describe("buildSeveral", () => {
  it("builds bases first and independent images side by side", async () => {
    const base = spec("base");
    const { begun, end, result } = bench([spec("child", spec("middle", base)), base, spec("other")], {
      concurrency: 9,
    });
    await turn();
    expect(begun()).toEqual(["base", "other"]);
    await end("base");
    expect(begun()).toEqual(["base", "other", "child"]);
    await end("other");
    await end("child");
    expect((await result).map(({ id }) => id)).toEqual(["child", "base", "other"]);
  });

  it("begins no more than the limit, and who waits for a base takes no place", async () => {
    const base = spec("base");
    const { begun, end } = bench([base, spec("child", base), spec("b"), spec("c")], { concurrency: 2 });
    await turn();
    expect(begun()).toEqual(["base", "b"]);
    await end("b");
    expect(begun()).toEqual(["base", "b", "c"]);
  });

  it("reports outcomes in the order of the list, whichever ends first", async () => {
    const { seen, end, result } = bench([spec("a"), spec("b"), spec("c")], { concurrency: 3 });
    await turn();
    await end("c");
    await end("a");
    expect(seen.filter((one) => one.startsWith("outcome"))).toEqual(["outcome 0 a"]);
    await end("b");
    await result;
    expect(seen.filter((one) => one.startsWith("outcome"))).toEqual(["outcome 0 a", "outcome 1 b", "outcome 2 c"]);
  });

  it("after a failure finishes what is under way, begins nothing else, and fails with the first of the list", async () => {
    const warnings: [unknown, number][] = [];
    const { begun, seen, end, result } = bench([spec("a"), spec("b"), spec("c"), spec("d")], {
      concurrency: 3,
      onEvent: (event, index) => event.type === "warning" && warnings.push([event.message, index]),
    });
    await turn();
    await end("c", "fail");
    await end("b", "fail");
    await end("a");
    await expect(result).rejects.toMatchObject({ message: "b is broken" });
    expect(begun()).toEqual(["a", "b", "c"]);
    expect(seen).toContain("outcome 0 a");
    expect(warnings).toEqual([["c failed too: c is broken", 2]]);
  });

  it("reports a base's failure once, and does not begin its children", async () => {
    const warnings: unknown[] = [];
    const base = spec("base");
    const { begun, end, result } = bench([base, spec("child", base)], {
      onEvent: (event) => warnings.push(event.type),
    });
    await turn();
    await end("base", "fail");
    await expect(result).rejects.toMatchObject({ message: "base is broken" });
    expect(begun()).toEqual(["base"]);
    expect(warnings).toEqual(["log"]);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses a concurrency of %s", async (concurrency) => {
    await expect(bench([spec("a")], { concurrency }).result).rejects.toMatchObject({ code: "E_OPTIONS" });
  });
});
