import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PlatformFile } from "./platform-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "platforms-"));
});
afterEach(() => rm(folder, { recursive: true }));

const file = () => join(folder, "platforms.json");

describe("PlatformFile", () => {
  it.runIf(process.platform !== "win32")("does not wait for a pipe in its place", async () => {
    execFileSync("mkfifo", [file()]);
    const memory = new PlatformFile(folder);
    expect(await memory.get("sha256:1")).toBeUndefined();
    await memory.set("sha256:1", ["linux/amd64"]);
    expect(await memory.get("sha256:1")).toEqual(["linux/amd64"]);
  });

  it("remembers across processes, and keeps the last thousand", async () => {
    const many = Array.from({ length: 1000 }, (_, at) => [`sha256:${at}`, ["linux/arm64"]]);
    await writeFile(file(), JSON.stringify(many));
    for (let at = 1000; at < 1002; at++) await new PlatformFile(folder).set(`sha256:${at}`, ["linux/amd64"]);
    const again = new PlatformFile(folder);
    expect(await again.get("sha256:1001")).toEqual(["linux/amd64"]);
    expect(await again.get("sha256:1")).toBeUndefined();
    expect(JSON.parse(await readFile(file(), "utf8"))).toHaveLength(1000);
  });

  it.each(["", "{", "{}", "null", '[1,["sha256:1"],["sha256:1","linux"],[2,[]],["sha256:1",[3]]]'])(
    "ignores %j, and is rewritten",
    async (text) => {
      await writeFile(file(), text);
      const memory = new PlatformFile(folder);
      expect(await memory.get("sha256:1")).toBeUndefined();
      await memory.set("sha256:1", ["linux/arm64"]);
      expect(await memory.get("sha256:1")).toEqual(["linux/arm64"]);
      expect(JSON.parse(await readFile(file(), "utf8"))).toEqual([["sha256:1", ["linux/arm64"]]]);
    },
  );

  it("is done without where it cannot be written", async () => {
    const memory = new PlatformFile(join(file(), "below"));
    await writeFile(file(), "");
    await memory.set("sha256:1", []);
    expect(await memory.get("sha256:1")).toBeUndefined();
  });
});
