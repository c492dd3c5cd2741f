import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EXIT } from "./exit-codes.ts";
import { interruptible } from "./interruptible.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("cancels the work when its answer is lost, with the reason, and ends the process when it goes on all the same", async () => {
  using exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  const lost = new AbortController();
  const work = Promise.withResolvers<number>();
  let given: AbortSignal | undefined;
  const ended = interruptible((signal) => {
    given = signal;
    return work.promise;
  }, lost.signal);
  const reason = new Error("no space left");
  lost.abort(reason);
  expect(given?.reason).toBe(reason);
  vi.advanceTimersByTime(4600);
  expect(exit).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(exit.mock.calls).toEqual([[EXIT.failed]]);
  work.resolve(0);
  await ended;
});

it("ends the process with 130 for a second signal, also when the work has ended meanwhile", async () => {
  using exit = vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
  const before = SIGNALS.flatMap((name) => process.listeners(name));
  try {
    const ended = interruptible(
      (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(EXIT.done))),
      new AbortController().signal,
    );
    process.emit("SIGHUP", "SIGHUP");
    expect(await ended).toBe(EXIT.interrupted);
    expect(exit).not.toHaveBeenCalled();
    process.emit("SIGHUP", "SIGHUP");
    expect(exit.mock.calls).toEqual([[EXIT.interrupted]]);
  } finally {
    for (const name of SIGNALS) {
      for (const one of process.listeners(name)) if (!before.includes(one)) process.off(name, one);
    }
  }
});
