import type { BuildEvent } from "@imagespec/core/builder";
import type { Instruction } from "@imagespec/dockerfile";
import { describe, expect, it } from "vitest";
import { ExecutorLog } from "./log.ts";

function record(redact: string[] = [], platform?: string) {
  const events: BuildEvent[] = [];
  const log = new ExecutorLog({ emit: (event) => events.push(event), redact, platform, instructions });
  return { events, log };
}
const info = (msg: string) => `${JSON.stringify({ level: "info", msg, time: "t" })}\n`;

const step = (text: string, title: string): Instruction => ({ keyword: "RUN", text, step: "apt", title });
const instructions = [step("RUN a && \\\n    b", "do both"), step("COPY x y", "first"), step("COPY x y", "second")];

describe("ExecutorLog", () => {
  it("reads kaniko's own lines and keeps what steps print", () => {
    const { events, log } = record();
    log.write("stderr", Buffer.from(info("Unpacking rootfs as cmd RUN x requires it.")));
    log.write("stdout", Buffer.from('{"level": 1}\nhello\r\nha'));
    log.write("stdout", Buffer.from("lf"));
    log.end("done");
    expect(events.map((event) => (event.type === "log" ? event.line : event))).toEqual([
      "Unpacking rootfs as cmd RUN x requires it.",
      '{"level": 1}',
      "hello",
      "half",
    ]);
  });

  it("makes a step of each instruction, the last one failed when the run failed", () => {
    const { events, log } = record([], "linux/arm64");
    log.write("stderr", Buffer.from(info("RUN one") + info("COPY a b")));
    log.end("failed");
    const steps = events.flatMap((event) =>
      event.type === "step" ? [[event.platform, event.name, event.status]] : [],
    );
    expect(steps).toEqual([
      ["linux/arm64", "RUN one", "started"],
      ["linux/arm64", "RUN one", "done"],
      ["linux/arm64", "COPY a b", "started"],
      ["linux/arm64", "COPY a b", "failed"],
    ]);
  });

  it("knows the instructions of its Dockerfile, of equal ones the next", () => {
    const { events, log } = record();
    log.write("stderr", Buffer.from(info("RUN a &&     b") + info("COPY x y") + info("COPY x y")));
    expect(log.instruction).toBe(instructions[2]);
    log.end("done");
    const started = events.filter((event) => event.type === "step" && event.status === "started");
    expect(started).toMatchObject([{ name: "do both" }, { name: "first" }, { name: "second" }]);
  });

  it("keeps the last 50 lines and no secret, one cut by chunks included", () => {
    const { events, log } = record(["hunter2"]);
    for (let i = 1; i <= 60; i++) log.write("stdout", Buffer.from(`line ${i}\n`));
    log.write("stdout", Buffer.from("is hun"));
    log.write("stdout", Buffer.from("ter2\n"));
    expect(log.tail).toHaveLength(50);
    expect(log.tail.at(-1)).toBe("is ***");
    expect(JSON.stringify(events)).not.toContain("hunter2");
  });

  it("takes a message of kaniko's whole, however long its instruction, so that no part of a secret is left", () => {
    const { events, log } = record(['hun"ter2']);
    const long = info(`RUN ${"x".repeat(65_530)} hun"ter2 ${"y".repeat(60_000)}`);
    for (let at = 0; at < long.length; at += 4096) log.write("stderr", Buffer.from(long.slice(at, at + 4096)));
    log.end("done");
    expect(log.tail).toHaveLength(1);
    expect(JSON.stringify(events)).not.toMatch(/hun|ter2|level/);
  });

  it("leaves out what kaniko says again of each step, never what a step prints", () => {
    const { log } = record();
    log.write(
      "stderr",
      Buffer.from(info("RUN x") + info("Cmd: /bin/sh") + info("Args: [-c x]") + info("Running: [x]")),
    );
    log.write("stdout", Buffer.from("Cmd: mine\n"));
    expect(log.tail).toEqual(["RUN x", "Cmd: mine"]);
  });

  it("joins a character cut by chunks", () => {
    const { log } = record();
    const bytes = Buffer.from("é\n");
    log.write("stdout", bytes.subarray(0, 1));
    log.write("stdout", bytes.subarray(1));
    expect(log.tail).toEqual(["é"]);
  });
});
