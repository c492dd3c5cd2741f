import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildRequest } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Options } from "../options.ts";
import { openSession } from "./build-session.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "build-session-"));
  vi.stubEnv("IMAGESPEC_CACHE_DIR", root);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true });
});

/** A program in the place of uv that takes its time, and writes down that it began and ended. */
async function slowUv(seconds: number): Promise<string> {
  const path = join(root, "uv");
  await writeFile(
    path,
    `#!/bin/sh\necho began >>'${root}/log'\nsleep ${seconds}\necho ended >>'${root}/log'\necho uv 0.9.5\n`,
  );
  await chmod(path, 0o755);
  return path;
}

async function open(uv: string, signal = new AbortController().signal) {
  const options: Options = {
    uv,
    manifestFormat: "oci",
    strict: false,
    sourceDistributions: "refuse",
    cacheBytes: 2 ** 30,
  };
  return openSession({ ...buildRequest({ signal }), options });
}
const log = () => readFile(join(root, "log"), "utf8").catch(() => "");
const began = () => vi.waitFor(async () => expect(await log()).toContain("began"), 10_000);

describe("BuildSession", () => {
  it("ends a caller's wait for uv by that caller's signal, while others go on waiting for the same uv", async () => {
    const session = await open(await slowUv(1));
    const dropped = new AbortController();
    const early = session.uv("uv:0.9.5", dropped.signal);
    const late = session.uv("uv:0.9.5");
    await began();
    dropped.abort(new Error("a wrong guess"));
    await expect(early).rejects.toThrow("a wrong guess");
    expect(await log()).not.toContain("ended");
    expect(await late).toMatchObject({ version: "0.9.5" });
    expect((await log()).match(/began/g)).toHaveLength(1);
    await session.close();
  });

  it("is not opened where certificates that this machine trusts cannot be read", async () => {
    vi.stubEnv("SSL_CERT_FILE", join(root, "none.pem"));
    await expect(open("uv")).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringContaining("SSL_CERT_FILE"),
    });
  });

  it("starts nothing once it is over or cancelled", async () => {
    const cancelled = new AbortController();
    const sessions = [await open(await slowUv(0)), await open(await slowUv(0), cancelled.signal)];
    cancelled.abort(new Error("enough"));
    await sessions[0]?.close();
    const start = vi.fn(async () => 1);
    for (const session of sessions) await expect(session.once("late", start)).rejects.toThrow();
    expect(start).not.toHaveBeenCalled();
    await sessions[1]?.close();
  });

  it("starts work that is shared once, and gives its failure to all who ask", async () => {
    const session = await open(await slowUv(0));
    let times = 0;
    const ask = (name: string) =>
      session.once(name, async () => {
        times++;
        await sleep(10);
        if (name === "bad") throw new Error("uv:0.9.5");
        return name;
      });
    expect(await Promise.all([ask("good"), ask("good")])).toEqual(["good", "good"]);
    expect(times).toBe(1);
    // Nobody need await it: closing does.
    void ask("bad").catch(() => undefined);
    await session.close();
    await expect(ask("bad")).rejects.toThrow("uv:0.9.5");
    expect(times).toBe(2);
  });

  it("ends what it started when it is closed, and waits for it", async () => {
    const session = await open(await slowUv(30));
    const waiting = session.uv("uv:0.9.5").catch((error: Error) => error);
    await began();
    let settled = false;
    session.track(sleep(100).then(() => (settled = true)));
    await session.close();
    expect(settled).toBe(true);
    expect(await waiting).toBeInstanceOf(Error);
    expect(await log()).not.toContain("ended");
  });
});
