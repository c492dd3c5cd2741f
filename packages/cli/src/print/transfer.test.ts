import { expect, it } from "vitest";
import { Transfer } from "./transfer.ts";

const push = { type: "progress", name: "push", unit: "bytes" } as const;

it("tells how far it is, and from the first second on how fast it moves what was not there", () => {
  const transfer = new Transfer(1000);
  transfer.update({ ...push, current: 500 }, 1100);
  expect(transfer.text()).toBe("500 B");
  transfer.update({ ...push, current: 30_000_000, total: 40_000_000, reused: 10_000_000 }, 3000);
  expect(transfer.text()).toBe("30.0 MB of 40.0 MB, 10.0 MB/s");
});

it("counts things that are not bytes", () => {
  const transfer = new Transfer(0);
  transfer.update({ type: "progress", name: "files", unit: "items", current: 3, total: 7 }, 5000);
  expect(transfer.text()).toBe("3 of 7");
});
