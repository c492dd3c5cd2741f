import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findSandbox, installedSandboxes, type Limits, onlyThese, type Sandbox } from "./sandbox.ts";

const folder = await mkdtemp(join(tmpdir(), "sandbox-"));
const [write, read, root, hidden] = ["write", "read", "root", "hidden"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
  string,
];
const limits: Limits = { read: [read], write, root, cwd: write };
const server = createServer((_, response) => response.end("reached"));
for (const path of [write, read, root, hidden]) await mkdir(path);
await writeFile(join(read, "file"), "readable\n");
await writeFile(join(hidden, "file"), "secret\n");
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function run(sandbox: Sandbox, script: string) {
  const [command = "", ...args] = await sandbox.confine(["/bin/sh", "-c", script], limits);
  const env = onlyThese({ PATH: "/usr/bin:/bin", ONLY: "this" });
  return runTool(command, args, { env, allowFailure: true });
}

const usable: Sandbox[] = [];
for (const sandbox of await installedSandboxes())
  if ((await run(sandbox, "exit 0")).exitCode === 0) usable.push(sandbox);

describe("a sandbox", () => {
  it("is found where the machine can confine programs, the first that works", async () => {
    expect((await findSandbox(limits, new AbortController().signal)).sandbox?.name).toBe(usable[0]?.name);
  });

  describe.each(usable)("of $name", (sandbox) => {
    it("shows what it is told to show, and lets its own folder be written to", async () => {
      const { stdout, exitCode } = await run(sandbox, `cat ${read}/file && pwd && echo written > result && umask`);
      expect({ stdout: stdout.split("\n").slice(0, 2), exitCode }).toEqual({
        stdout: ["readable", write],
        exitCode: 0,
      });
      expect(await readFile(join(write, "result"), "utf8")).toBe("written\n");
    });

    it("hides other files, users' folders and processes, and the environment", async () => {
      const { stdout } = await run(
        sandbox,
        `ls ${hidden} /root /home /var 2>/dev/null; env; ls /proc | grep -c '^[0-9]'`,
      );
      const lines = stdout.trim().split("\n");
      expect(Number(lines.pop())).toBeLessThan(6);
      const names = lines.map((line) => line.split("=")[0]).filter((name) => name !== "PWD" && name !== "OLDPWD");
      expect(names.filter((name) => name !== "_" && name !== "SHLVL").sort()).toEqual(["ONLY", "PATH"]);
    });

    it("lets nothing else be written to, nor remounted", async () => {
      const tries = [
        `echo x > ${read}/file`,
        "echo x > /usr/x",
        `mount -o remount,bind,rw ${read} && echo x > ${read}/file`,
      ];
      for (const script of tries) expect((await run(sandbox, script)).exitCode).not.toBe(0);
      expect(await readFile(join(read, "file"), "utf8")).toBe("readable\n");
    });

    it("has no network", async () => {
      const { port } = server.address() as AddressInfo;
      const ask = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
      expect((await runTool("bash", ["-c", ask], { allowFailure: true })).exitCode).toBe(0);
      expect((await run(sandbox, `bash -c '${ask}'`)).exitCode).not.toBe(0);
    });
  });
});
