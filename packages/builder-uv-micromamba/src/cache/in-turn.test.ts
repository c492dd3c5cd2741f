import { describe, expect, it } from "vitest";
import { inTurn, type Turns } from "./in-turn.ts";

const { signal } = new AbortController();

describe("inTurn", () => {
  it("runs work of one key one at a time, whether the work before it failed or not, and of others at once", async () => {
    const turns: Turns = new Map();
    const running: string[] = [];
    let most = 0;
    const work = (key: string, fails = false) =>
      inTurn(turns, key, signal, async () => {
        running.push(key);
        most = Math.max(most, running.filter((other) => other === key).length);
        expect(running.length).toBeLessThanOrEqual(2);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running.splice(running.indexOf(key), 1);
        if (fails) throw new Error("failed");
        return key;
      });
    const done = await Promise.allSettled([work("a"), work("a", true), work("a"), work("b"), work("b")]);
    expect(done.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"]);
    expect([most, turns.size]).toEqual([1, 0]);
  });

  it("gives up its place when it is cancelled, and leaves the work of others alone", async () => {
    const turns: Turns = new Map();
    const finish = Promise.withResolvers<string>();
    const first = inTurn(turns, "a", signal, () => finish.promise);
    const cancel = new AbortController();
    const second = inTurn(turns, "a", cancel.signal, () => Promise.reject(new Error("not begun")));
    cancel.abort(new Error("cancelled"));
    await expect(second).rejects.toThrow("cancelled");
    finish.resolve("done");
    expect(await first).toBe("done");
  });
});
