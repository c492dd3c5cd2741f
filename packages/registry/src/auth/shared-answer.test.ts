import { expect, it } from "vitest";
import { SharedAnswer } from "./shared-answer.ts";

function question() {
  const asked: { signal: AbortSignal; answer: (value: string) => void; fail: (error: Error) => void }[] = [];
  const shared = new SharedAnswer<string>((signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    asked.push({ signal, answer: resolve, fail: reject });
    return promise;
  });
  return { asked, shared };
}

it("is asked once, and known from then on", async () => {
  const { asked, shared } = question();
  const both = Promise.all([shared.get(), shared.get(new AbortController().signal)]);
  asked[0]?.answer("yes");
  expect(await both).toEqual(["yes", "yes"]);
  expect(await shared.get()).toBe("yes");
  expect(asked).toHaveLength(1);
  expect(asked[0]?.signal.aborted).toBe(false);
});

it("is cancelled when the last one waiting has left, and asked again by the next", async () => {
  const { asked, shared } = question();
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [shared.get(first.signal), shared.get(second.signal)];
  const left = Promise.allSettled(waiting);
  first.abort(new Error("first"));
  await expect(waiting[0]).rejects.toThrow("first");
  expect(asked[0]?.signal.aborted).toBe(false);
  second.abort(new Error("second"));
  await left;
  expect(asked[0]?.signal.aborted).toBe(true);
  const next = shared.get();
  asked[1]?.answer("now");
  expect(await next).toBe("now");
});

it("fails for all, also for who asks later", async () => {
  const { asked, shared } = question();
  const waiting = shared.get();
  asked[0]?.fail(new Error("no"));
  await expect(waiting).rejects.toThrow("no");
  await expect(shared.get()).rejects.toThrow("no");
});
