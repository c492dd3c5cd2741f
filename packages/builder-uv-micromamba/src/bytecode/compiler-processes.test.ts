import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CompilerProcesses } from "./compiler-processes.ts";

let root: string;
let over: AbortController;
let ended: Promise<unknown>[];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "compiler-processes-"));
  over = new AbortController();
  ended = [];
});
afterEach(async () => {
  over.abort();
  await Promise.all(ended);
  await rm(root, { recursive: true });
});

const start = (python: string) =>
  new CompilerProcesses(python, { signal: over.signal, track: (work) => void ended.push(work) });
/** A Python that does something else. */
const fake = async (script: string) => {
  const path = join(root, "python");
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return start(path);
};
const source = (text: string) => Buffer.from(text);

it("answers each of many modules with its own bytecode, however they were shared out", async () => {
  const { stdout } = await runTool("python3", ["-c", "import sys; print(sys.executable)"]);
  const made = async () => {
    const processes = start(stdout.trim());
    const modules = Array.from({ length: 300 }, (_, at) =>
      processes.compile(`/site/m${at}.py`, source(`V_${at} = ${at}\n`)),
    );
    return (await Promise.all(modules)).map(({ path, bytecode }) => [path, Buffer.from(bytecode).toString("base64")]);
  };
  const found = await made();
  expect(found.map(([path]) => path?.replace(/\.cpython-\d+/, ""))).toEqual(
    found.map((_, at) => `/site/__pycache__/m${at}.pyc`),
  );
  for (const [at, [, bytecode = ""]] of found.entries())
    expect(Buffer.from(bytecode, "base64").includes(`V_${at}`)).toBe(true);
  expect(await made()).toEqual(found);
});

it("names the module at which Python broke, and what Python said", async () => {
  const processes = await fake("head -c 4 >/dev/null; echo out of memory >&2; kill -9 $$");
  const failed = await processes.compile("/opt/m.py", source("x = 1\n")).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: "E_BUILD",
    message: expect.stringMatching(/^\/opt\/m\.py could not be compiled to bytecode: .*was ended by SIGKILL/s),
  });
  expect((failed as Error).message).toContain("out of memory");
  expect((failed as Error).message).not.toContain("def ");
});

it("fails, and does not wait, where Python ends well before its time", async () => {
  const processes = await fake("exit 0");
  await expect(processes.compile("/m.py", source("x = 1\n"))).rejects.toMatchObject({ code: "E_BUILD" });
  // Another is started for what comes later.
  await expect(processes.compile("/n.py", source("x = 1\n"))).rejects.toMatchObject({ code: "E_BUILD" });
});

it("says that Python is not there, or that the build was cancelled, as other programs do", async () => {
  await expect(start(join(root, "none")).compile("/m.py", source(""))).rejects.toMatchObject({
    code: "E_TOOL_MISSING",
  });
  const asked = (await fake("sleep 60")).compile("/m.py", source("x = 1\n".repeat(100_000)));
  over.abort();
  await expect(asked).rejects.toMatchObject({ code: "E_ABORTED" });
});

it("ends a Python that waits for more", async () => {
  const processes = await fake("cat >/dev/null");
  processes.compile("/m.py", source("x = 1\n")).catch(() => {});
  over.abort();
  await Promise.all(ended);
  expect(ended).toHaveLength(1);
});
