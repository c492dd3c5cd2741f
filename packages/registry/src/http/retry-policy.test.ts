import { expect, it } from "vitest";
import { isRetriedStatus, RetryBudget, retryAfterMs, waitFor } from "./retry-policy.ts";

it("retries what may pass, nothing else", () => {
  expect([408, 429, 500, 502, 503, 504].every(isRetriedStatus)).toBe(true);
  expect([200, 400, 401, 403, 404, 405, 413, 416, 501].some(isRetriedStatus)).toBe(false);
});

it.each([
  ["3", 3000],
  ["Thu, 01 Jan 1970 00:00:07 GMT", 5000],
  ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
  ["soon", undefined],
  ["-5", undefined],
  ["1.5", undefined],
  ["5 minutes", undefined],
  [undefined, undefined],
])("reads Retry-After %s as %s ms", (header, ms) => expect(retryAfterMs(header, 2000)).toBe(ms));

it("doubles its waits, with jitter, and stops after its tries", () => {
  const budget = new RetryBudget({ attempts: 4, baseMs: 100 });
  const waits = [budget.next(), budget.next(), budget.next()] as number[];
  for (const [index, wait] of waits.entries()) {
    expect(wait).toBeGreaterThanOrEqual(100 * 2 ** index * 0.75);
    expect(wait).toBeLessThanOrEqual(100 * 2 ** index * 1.25);
  }
  expect(budget.next()).toBeUndefined();
});

it("obeys a wait the registry asks for, up to the budget", () => {
  const budget = new RetryBudget({ budgetMs: 10_000 });
  expect(budget.next({ retryAfterMs: 7000 })).toBe(7000);
  expect(budget.next({ retryAfterMs: 7000 })).toBeUndefined();
  expect(new RetryBudget().next({ retryAfterMs: 1e12 })).toBeUndefined();
});

it("waits no shorter than without a word when it is asked for no wait", () => {
  expect(new RetryBudget({ baseMs: 100 }).next({ retryAfterMs: 0 })).toBeGreaterThanOrEqual(75);
});

it("retries a timeout only once, and starts counting again after progress", () => {
  const budget = new RetryBudget();
  expect(budget.next({ timeout: true })).toBeDefined();
  expect(budget.next({ timeout: true })).toBeUndefined();
  budget.progressed();
  expect(budget.next({ timeout: true })).toBeDefined();
});

it("stops waiting when it is cancelled", async () => {
  const started = Date.now();
  await expect(waitFor(60_000, AbortSignal.timeout(20))).rejects.toThrow();
  expect(Date.now() - started).toBeLessThan(1000);
});
