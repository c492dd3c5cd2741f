import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { SharedCalls } from "./shared-calls.ts";

/** Work that ends when told, and notes how it was cancelled. */
function controlled() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const log: string[] = [];
  const work = async (signal: AbortSignal) => {
    log.push("started");
    const stopped = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => {
        log.push("cancelling");
        setTimeout(() => {
          log.push("ended");
          reject(new Error("stopped"));
        }, 50);
      }),
    );
    return Promise.race([promise, stopped]);
  };
  return { work, log, finish: resolve };
}

it("runs once for all who ask at the same time, and again later", async () => {
  const calls = new SharedCalls<string>();
  let runs = 0;
  const work = async () => {
    runs++;
    await sleep(10);
    return `run ${runs}`;
  };
  const all = await Promise.all(Array.from({ length: 50 }, () => calls.run("key", {}, work)));
  expect(new Set(all)).toEqual(new Set(["run 1"]));
  expect(await calls.run("key", {}, work)).toBe("run 2");
  expect(await calls.run("other", {}, work)).toBe("run 3");
});

it("gives its events to everybody who waits", async () => {
  const calls = new SharedCalls<void>();
  const seen: string[] = [];
  const listen = (name: string) => ({
    onEvent: (event: { type: string }) => {
      seen.push(`${name} ${event.type}`);
    },
  });
  const work = async (_: AbortSignal, emit: (event: { type: "warning"; message: string }) => void) => {
    await sleep(5);
    emit({ type: "warning", message: "" });
  };
  await Promise.all([calls.run("key", listen("one"), work), calls.run("key", listen("two"), work)]);
  expect(seen.sort()).toEqual(["one warning", "two warning"]);
});

it("lets one leave without stopping the others", async () => {
  const calls = new SharedCalls<string>();
  const { work, log, finish } = controlled();
  const abort = new AbortController();
  const leaver = calls.run("key", { signal: abort.signal }, work);
  const stayer = calls.run("key", {}, work);
  await sleep(5);
  abort.abort();
  await expect(leaver).rejects.toMatchObject({ code: "E_ABORTED" });
  finish("done");
  expect(await stayer).toBe("done");
  expect(log).toEqual(["started"]);
});

it("stops when the last one leaves, which waits for the end; a newcomer starts again", async () => {
  const calls = new SharedCalls<string>();
  const { work, log } = controlled();
  const abort = new AbortController();
  const leaver = calls.run("key", { signal: abort.signal }, work);
  await sleep(5);
  abort.abort();
  const newcomer = calls.run("key", {}, async () => "new");
  await expect(leaver).rejects.toMatchObject({ code: "E_ABORTED" });
  expect(log).toEqual(["started", "cancelling", "ended"]);
  expect(await newcomer).toBe("new");
});

it("starts nothing for who has left already, and forgets failures", async () => {
  const calls = new SharedCalls<string>();
  const { work, log } = controlled();
  await expect(calls.run("key", { signal: AbortSignal.abort() }, work)).rejects.toMatchObject({ code: "E_ABORTED" });
  expect(log).toEqual([]);
  await expect(calls.run("key", {}, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await calls.run("key", {}, async () => "yes")).toBe("yes");
});

it("stops when one signal makes all callers leave", async () => {
  const calls = new SharedCalls<string>();
  const { work, log } = controlled();
  const abort = new AbortController();
  const all = [1, 2].map(() => calls.run("key", { signal: abort.signal }, work));
  await sleep(5);
  abort.abort();
  for (const one of all) await expect(one).rejects.toMatchObject({ code: "E_ABORTED" });
  expect(log).toContain("cancelling");
});

it.each([
  [
    "at once",
    () => {
      throw new Error("full");
    },
  ],
  ["later", () => Promise.reject(new Error("full"))],
])("a listener that fails %s ends its own caller's wait alone", async (_, onEvent) => {
  const calls = new SharedCalls<string>();
  const { promise, resolve } = Promise.withResolvers<void>();
  const work = async (signal: AbortSignal, emit: (event: { type: "warning"; message: string }) => void) => {
    await sleep(5);
    emit({ type: "warning", message: "" });
    await promise;
    return signal.aborted ? "cancelled" : "done";
  };
  const failing = calls.run("key", { onEvent }, work);
  const other = calls.run("key", {}, work);
  await expect(failing).rejects.toThrow("full");
  resolve();
  expect(await other).toBe("done");
});

it("a listener that fails cancels work for which nobody else waits, and is told at its end", async () => {
  const calls = new SharedCalls<void>();
  const log: string[] = [];
  const work = async (signal: AbortSignal, emit: (event: { type: "warning"; message: string }) => void) => {
    emit({ type: "warning", message: "" });
    await sleep(5);
    log.push(signal.aborted ? "cancelled" : "done");
    signal.throwIfAborted();
  };
  const onEvent = async () => {
    throw new Error("full");
  };
  await expect(calls.run("key", { onEvent }, work)).rejects.toThrow("full");
  expect(log).toEqual(["cancelled"]);
});
