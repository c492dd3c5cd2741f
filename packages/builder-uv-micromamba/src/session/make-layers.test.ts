import type { BuildEvent } from "@imagespec/core/builder";
import { describe, expect, it } from "vitest";
import type { BuiltLayer, LayerSource } from "../layer/layer-source.ts";
import type { BuildSession } from "./build-session.ts";
import { makeLayers } from "./make-layers.ts";

const sources = Array.from(
  { length: 8 },
  (_, at): LayerSource => ({ key: at, title: `layer ${at}`, entries: () => [] }),
);
const built = (source: LayerSource): BuiltLayer => ({ source, digest: `sha256:${source.title}`, size: 1, diffId: "" });

describe("makeLayers", () => {
  it("asks for eight layers at once, and makes those that are missing", async () => {
    const events: BuildEvent[] = [];
    const asked: (() => void)[] = [];
    // By work that began before.
    const made = new Set<unknown>([7]);
    const layers = {
      // A registry that answers once it has all questions.
      find: async (source: LayerSource) => {
        await new Promise<void>((resolve) => {
          asked.push(resolve);
          if (asked.length === sources.length) for (const answer of asked) answer();
        });
        return source.key === 3 || source.key === 5 ? undefined : built(source);
      },
      made: (source: LayerSource) => made.has(source.key),
      make: async (source: LayerSource) => {
        // Another build under way makes this one.
        if (source.key !== 5) made.add(source.key);
        return built(source);
      },
    };
    const request = { emit: (event: BuildEvent) => events.push(event), target: { platforms: ["linux/amd64"] } };
    const session = { request, layers, signal: new AbortController().signal } as unknown as BuildSession;
    const ready: unknown[] = [];
    const note = ({ source }: BuiltLayer) => ready.push(source.key);
    expect(await makeLayers(session, [sources.slice(0, 4), sources.slice(4)], note)).toEqual([
      sources.slice(0, 4).map(built),
      sources.slice(4).map(built),
    ]);
    expect(ready.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const done = events.flatMap((event) => (event.type === "step" && event.status === "done" ? [event.name] : []));
    expect(done).toEqual(["layer 3", "layer 7"]);
    expect(events.filter((event) => event.type === "step" && event.status === "cached")).toHaveLength(6);
  });
});
