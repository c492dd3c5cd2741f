import type { BuildEvent } from "@imagespec/core/builder";
import { describe, expect, it } from "vitest";
import { BuildLog } from "./build-log.ts";
import { readPlainProgress, readRawJsonProgress } from "./progress.ts";

function logged() {
  const events: BuildEvent[] = [];
  return { events, log: new BuildLog((event) => events.push(event), []) };
}
const data = (text: string) => Buffer.from(text).toString("base64");

describe("plain progress", () => {
  it("becomes steps and lines", () => {
    const { events, log } = logged();
    const { onLine } = readPlainProgress(log, []);
    // As docker 20.10 prints it.
    const printed = [
      "#1 [internal] load remote build context",
      "#1 DONE 0.0s",
      "#2 [stage-1 2/3] RUN true",
      "#2 sha256:c2",
      "#2 CACHED",
      "#3 [stage-1 3/3] RUN echo hi; exit 3",
      "#3 0.155 hi",
      "#3 ERROR: executor failed running [/bin/sh -c echo hi; exit 3]: exit code: 3",
      "------",
    ];
    for (const line of printed) onLine(line, "stderr");
    expect(events.filter(({ type }) => type === "step")).toEqual([
      { type: "step", name: "[internal] load remote build context", status: "started" },
      { type: "step", name: "[internal] load remote build context", status: "done", seconds: 0 },
      { type: "step", name: "[stage-1 2/3] RUN true", status: "started" },
      { type: "step", name: "[stage-1 2/3] RUN true", status: "cached" },
      { type: "step", name: "[stage-1 3/3] RUN echo hi; exit 3", status: "started" },
      { type: "step", name: "[stage-1 3/3] RUN echo hi; exit 3", status: "failed" },
    ]);
    expect(log.tail[0]).toBe("hi");
    expect(log.failed?.title).toBe("[stage-1 3/3] RUN echo hi; exit 3");
  });
});

it("hides of plain progress also the parts of a secret that lines were broken into", () => {
  const { events, log } = logged();
  const { onLine } = readPlainProgress(log, ["correct-horse-battery"]);
  for (const line of ["#1 [1/1] RUN x", "#1 0.1 is correct-horse", "#1 0.2   -battery"]) onLine(line, "stderr");
  expect(events.slice(1)).toEqual([
    { type: "log", stream: "stderr", line: "is ***" },
    { type: "log", stream: "stderr", line: "  ***" },
  ]);
});

describe("rawjson progress", () => {
  it("becomes steps and whole lines, without secrets, whatever pieces they come in", () => {
    const { events, log } = logged();
    const { onLine, end } = readRawJsonProgress(log, ["hunter2"]);
    const started = "2026-01-01T00:00:00Z";
    const messages = [
      { vertexes: [{ digest: "a", name: "[1/1] RUN x", started }] },
      { logs: [{ vertex: "a", stream: 1, data: data("one hun") }] },
      { logs: [{ vertex: "a", stream: 2, data: data("two\r\n") }] },
      { logs: [{ vertex: "a", stream: 1, data: data("ter2\nrest") }] },
      { vertexes: [{ digest: "a", name: "[1/1] RUN x", started, completed: "2026-01-01T00:00:02.5Z" }] },
    ];
    for (const message of messages) onLine(JSON.stringify(message), "stderr");
    onLine("ERROR: not JSON", "stderr");
    end();
    expect(events).toEqual([
      { type: "step", name: "[1/1] RUN x", status: "started" },
      { type: "log", stream: "stderr", line: "two" },
      { type: "log", stream: "stdout", line: "one ***" },
      { type: "step", name: "[1/1] RUN x", status: "done", seconds: 2.5 },
      { type: "log", stream: "stderr", line: "ERROR: not JSON" },
      { type: "log", stream: "stdout", line: "rest" },
    ]);
  });
});

describe("rawjson progress of unusual size and form", () => {
  const status = (bytes: Buffer) =>
    JSON.stringify({ logs: [{ vertex: "a", stream: 1, data: bytes.toString("base64") }] });

  it("never passes on what cannot be read, since it may hold a secret in another form", () => {
    const { events, log } = logged();
    const { onLine, end } = readRawJsonProgress(log, ["hunter2"]);
    const whole = status(Buffer.from("the password is hunter2\n"));
    onLine(whole.slice(0, -10), "stderr");
    onLine('{"logs": 5}', "stderr");
    end();
    expect(JSON.stringify(events)).not.toContain(data("hunter2").slice(0, 8));
    expect(JSON.stringify([...log.tail])).not.toMatch(/[A-Za-z0-9+/]{20}/);
  });

  it("joins characters that two messages share", () => {
    const { events, log } = logged();
    const { onLine } = readRawJsonProgress(log, []);
    const bytes = Buffer.from("é\n");
    onLine(status(bytes.subarray(0, 1)), "stderr");
    onLine(status(bytes.subarray(1)), "stderr");
    expect(events).toEqual([{ type: "log", stream: "stdout", line: "é" }]);
  });

  it("gives out an endless line in pieces that cut no secret", () => {
    const { events, log } = logged();
    const { onLine, end } = readRawJsonProgress(log, ["hunter2hunter2"]);
    const text = "x".repeat(65_530) + "hunter2hunter2".repeat(9000);
    for (let at = 0; at < text.length; at += 1000) onLine(status(Buffer.from(text.slice(at, at + 1000))), "stderr");
    end();
    const lines = events.map((event) => (event.type === "log" ? event.line : ""));
    expect(lines.join("")).toMatch(/^x{65530}(\*\*\*)+$/);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(200_000);
  });
});

describe("BuildLog", () => {
  it("keeps the last 50 lines, and shortens a script that BuildKit quotes", () => {
    const { log } = logged();
    for (let i = 0; i < 60; i++) log.line(`line ${i}`, "stdout");
    log.line(`executor failed running [/bin/sh -c ${"true; ".repeat(50)}]: exit code: 1`, "stderr");
    expect(log.tail).toHaveLength(50);
    expect(log.tail.at(-1)).toBe("executor failed running [/bin/sh -c ...]: exit code: 1");
  });
});
