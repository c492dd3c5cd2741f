import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { escapeCommand } from "./escape-command.ts";
import { runTool } from "./run-tool.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "run-tool-"));
});
afterEach(() => rm(folder, { recursive: true }));

const sh = (script: string) => ["-c", script] as const;

describe("runTool", () => {
  it("streams lines of both outputs and returns what was printed", async () => {
    const lines: string[] = [];
    const result = await runTool("sh", sh("printf 'one\\ntw'; sleep 0.05; printf 'o\\r\\n'; printf three >&2"), {
      onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    });
    expect(result.stdout).toBe("one\ntwo\r\n");
    expect(lines.sort()).toEqual(["stderr: three", "stdout: one", "stdout: two"]);
    expect(result.exitCode).toBe(0);
  });

  it("passes input through, and gives an empty one otherwise", async () => {
    async function* bytes() {
      for (let i = 0; i < 64; i++) yield Buffer.alloc(64 * 1024, 97);
    }
    expect((await runTool("wc", ["-c"], { input: bytes() })).stdout.trim()).toBe(String(64 * 64 * 1024));
    expect((await runTool("cat", [], { input: "text" })).stdout).toBe("text");
    expect((await runTool("cat", [])).stdout).toBe("");
  });

  it("says command, exit code and last 50 lines, without secrets", async () => {
    const error = await runTool("sh", sh("for i in $(seq 60); do echo line $i hunter2; done; exit 7"), {
      redact: ["hunter2"],
    }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "E_BUILD", details: { exitCode: 7 } });
    const { message, details } = error as { message: string; details: { tail: string[] } };
    expect(details.tail).toHaveLength(50);
    expect(details.tail.at(-1)).toBe("line 60 ***");
    expect(message).toContain("exited with code 7");
    expect(`${message}${JSON.stringify(details)}`).not.toContain("hunter2");
  });

  it("does not throw for an exit code when failure is allowed", async () => {
    expect((await runTool("sh", sh("exit 3"), { allowFailure: true })).exitCode).toBe(3);
  });

  it("names a program that is not there", async () => {
    await expect(runTool("no-such-program-here", ["x"])).rejects.toMatchObject({
      code: "E_TOOL_MISSING",
      message: expect.stringContaining("no-such-program-here"),
    });
  });

  it("says why a program cannot be started", async () => {
    await expect(runTool("true", ["x".repeat(4 * 1024 * 1024)])).rejects.toMatchObject({
      code: "E_TOOL_MISSING",
      message: expect.stringContaining("E2BIG"),
    });
  });

  it("looks for a program on the PATH that it is given", async () => {
    await writeFile(join(folder, "own-tool"), "#!/bin/sh\necho found\n", { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}` };
    expect((await runTool("own-tool", [], { env })).stdout).toBe("found\n");
  });

  it("passes on the error of its input and ends the tool", async () => {
    const fault = new Error("changed");
    async function* broken() {
      yield Buffer.from("a");
      throw fault;
    }
    await expect(runTool("cat", [], { input: broken() })).rejects.toBe(fault);
  });

  it("takes the exit code when the tool stops reading early", async () => {
    async function* endless() {
      for (let i = 0; i < 1000; i++) yield Buffer.alloc(64 * 1024);
    }
    await expect(runTool("sh", sh("exec <&-; exit 4"), { input: endless() })).rejects.toMatchObject({
      details: { exitCode: 4 },
    });
  });

  it("does not wait for a stream that goes on when the tool has ended", async () => {
    const input = new PassThrough();
    input.write("a");
    await expect(runTool("sh", sh("exit 4"), { input })).rejects.toMatchObject({ details: { exitCode: 4 } });
    expect(input.destroyed).toBe(true);
  });

  it("hands on bytes of the output as they come, and keeps none of them", async () => {
    const pieces: Uint8Array[] = [];
    const bytes = Buffer.from([0, 0xff, 0x0a, 0x80]);
    const script = "cat; echo said >&2";
    const result = await runTool("sh", sh(script), { input: bytes, onOutput: (piece) => pieces.push(piece) });
    expect(Buffer.concat(pieces)).toEqual(bytes);
    expect(result).toMatchObject({ stdout: "", tail: ["said"] });
  });

  it("kills the whole group on abort, a grandchild that ignores TERM and holds the output included", async () => {
    const pidFile = join(folder, "pid");
    const abort = new AbortController();
    const script = `trap '' TERM; (trap '' TERM; while :; do sleep 0.2; done) & echo $! > ${pidFile}; echo ready; wait; while :; do sleep 1; done`;
    const running = runTool("sh", sh(script), {
      signal: abort.signal,
      onLine: (line) => line === "ready" && abort.abort(),
    });
    const start = Date.now();
    await expect(running).rejects.toMatchObject({ code: "E_ABORTED" });
    expect(Date.now() - start).toBeLessThan(5000);
    await sleep(50);
    const pid = Number(await readFile(pidFile, "utf8"));
    // Gone, or dead and waiting for an init that collects it.
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    expect(stat === "" || stat.includes(") Z ")).toBe(true);
  });

  it("starts nothing when already aborted", async () => {
    const file = join(folder, "started");
    await expect(runTool("touch", [file], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "E_ABORTED",
    });
    await expect(readFile(file)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("ends a program that is cancelled while it is started", async () => {
    const abort = new AbortController();
    const running = runTool("sleep", ["60"], { signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: "E_ABORTED" });
  });

  it("shows a command as one would type it", () => {
    expect(escapeCommand("docker", ["build", "--tag", "a b", "it's", "l\nm"])).toBe(
      "docker build --tag 'a b' 'it'\\''s' 'l\\nm'",
    );
  });

  it("shows the beginning of a program that is an argument, and no part of a secret in it", () => {
    const [program, secret] = [`import sys\n${"x = 1\n".repeat(500)}`, "c4nary".repeat(10)];
    expect(escapeCommand("python", ["-c", program])).toMatch(/^python -c 'import sys\\nx = 1\\n[^\n]{20,60}…'$/);
    expect(escapeCommand("python", [`${"-".repeat(30)}${secret}${program}`], [secret])).not.toContain("c4nary");
    const long = "a".repeat(1000);
    expect(escapeCommand("echo", [long])).toBe(`echo ${long}`);
  });
});
