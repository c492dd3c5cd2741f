import type { BuildEvent } from "@imagespec/core/builder";
import { describe, expect, it } from "vitest";
import { BuildLog } from "./build-log.ts";
import { readPlainProgress } from "./plain-progress.ts";
import { readRawJsonProgress } from "./raw-json-progress.ts";

function logged() {
  const events: BuildEvent[] = [];
  return { events, log: new BuildLog((event) => events.push(event), []) };
}
const data = (text: string) => Buffer.from(text).toString("base64");

describe("plain progress", () => {
  it("becomes steps and lines", () => {
    const { events, log } = logged();
    const onLine = readPlainProgress(log);
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

describe("BuildLog", () => {
  it("keeps the last 50 lines, and shortens a script that BuildKit quotes", () => {
    const { log } = logged();
    for (let i = 0; i < 60; i++) log.line(`line ${i}`, "stdout");
    log.line(`executor failed running [/bin/sh -c ${"true; ".repeat(50)}]: exit code: 1`, "stderr");
    expect(log.tail).toHaveLength(50);
    expect(log.tail.at(-1)).toBe("executor failed running [/bin/sh -c ...]: exit code: 1");
  });
});
