import type { BuildEvent } from "@imagespec/core";
import { expect, it } from "vitest";
import { UnreadEvents } from "./unread-events.ts";

it("leaves out log lines and progress while too much is unread, and says so", () => {
  const stream = { writableLength: 0 };
  const events = new UnreadEvents(stream);
  const log: BuildEvent = { type: "log", stream: "stdout", line: "x" };
  const progress: BuildEvent = { type: "progress", name: "x", current: 1, unit: "items" };
  const step: BuildEvent = { type: "step", name: "x", status: "done" };
  expect(events.admit(log)).toEqual([log]);
  stream.writableLength = 17 * 1024 * 1024;
  expect([log, progress, step].flatMap((event) => events.admit(event))).toEqual([step]);
  stream.writableLength = 1024;
  expect(events.admit(log)).toEqual([{ type: "warning", message: expect.stringMatching(/^2 log lines/) }, log]);
  expect(events.admit(log)).toEqual([log]);
  expect(events.rest()).toEqual([]);
  stream.writableLength = 17 * 1024 * 1024;
  events.admit(log);
  expect(events.rest()).toEqual([{ type: "warning", message: expect.stringMatching(/^1 log lines/) }]);
});
