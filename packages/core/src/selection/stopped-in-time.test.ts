import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { stoppedInTime } from "./stopped-in-time.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const endless = () => new Promise<string>(() => {});

it("waits as long as nobody cancels", async () => {
  const { signal } = new AbortController();
  const work = new Promise<string>((resolve) => setTimeout(() => resolve("done"), 3_600_000));
  const waiting = stoppedInTime("slow", work, { signal, emit: vi.fn() });
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(await waiting).toBe("done");
});

it.each([0, 1])("leaves a builder that ignores its signal, and says so (aborted %i ms in)", async (after) => {
  const abort = new AbortController();
  if (after === 0) abort.abort();
  const emit = vi.fn();
  const waiting = stoppedInTime("deaf", endless(), { signal: abort.signal, emit });
  const ended = expect(waiting).rejects.toMatchObject({ code: "E_ABORTED" });
  abort.abort();
  await vi.advanceTimersByTimeAsync(29_999);
  expect(emit).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(emit).toHaveBeenCalledWith({
    type: "warning",
    message: 'builder "deaf" has not stopped 30 s after it was cancelled, and is left running',
    hint: "Report it to the authors of the builder.",
  });
});

it("leaves no timer behind when the builder stops", async () => {
  const abort = new AbortController();
  const work = new Promise<string>((_, reject) => setTimeout(() => reject(new Error("stopped")), 4000));
  const waiting = expect(stoppedInTime("good", work, { signal: abort.signal, emit: vi.fn() })).rejects.toThrow(
    "stopped",
  );
  abort.abort();
  await vi.advanceTimersByTimeAsync(4000);
  await waiting;
  expect(vi.getTimerCount()).toBe(0);
});
