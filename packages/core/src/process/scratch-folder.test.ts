import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it, vi } from "vitest";
import { sweepScratchFolders, withScratchFolder, withSecretFolder } from "./scratch-folder.ts";

/** The beginning of the name of a folder whose process cannot be looked at from here. */
const FROM_ELSEWHERE = "imagespec-test-0123456789abcdef.1.1";

it("is private, and gone after work that ends and work that fails", async () => {
  const seen: string[] = [];
  const answer = await withScratchFolder("test", async (folder) => {
    seen.push(folder);
    await writeFile(join(folder, "secret"), "x");
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    return 7;
  });
  expect(answer).toBe(7);
  const failing = withScratchFolder("test", async (folder) => {
    seen.push(folder);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(seen.filter((folder) => existsSync(folder))).toEqual([]);
});

it("is gone when the process ends at once, also with many at a time and without a warning", async () => {
  const module = new URL("./scratch-folder.ts", import.meta.url).href;
  const script = `
    const { withScratchFolder } = await import(${JSON.stringify(module)});
    let open = 0;
    for (let i = 0; i < 20; i++) withScratchFolder("test", (folder) => {
      console.log(folder);
      if (++open === 20) process.exit(3);
      return new Promise(() => {});
    });
    setTimeout(() => {}, 60_000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  expect((await once(child, "close"))[0]).toBe(3);
  const folders = stdout.trim().split("\n");
  expect(folders).toHaveLength(20);
  expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
  expect(stderr).not.toMatch(/MaxListeners/);
});

it.runIf(existsSync("/proc/self/stat"))("sweeps what a killed process left, and nothing of one that runs", async () => {
  const module = new URL("./scratch-folder.ts", import.meta.url).href;
  const script = `
    const { withScratchFolder } = await import(${JSON.stringify(module)});
    withScratchFolder("test", (folder) => (console.log(folder), new Promise(() => {})));
    setTimeout(() => {}, 60_000);`;
  const start = async () => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    return { child, folder: chunk.toString().trim() };
  };
  const [killed, running] = [await start(), await start()];
  try {
    killed.child.kill("SIGKILL");
    await once(killed.child, "close");
    expect(existsSync(killed.folder)).toBe(true);
    await sweepScratchFolders();
    expect(existsSync(killed.folder)).toBe(false);
    expect(existsSync(running.folder)).toBe(true);
  } finally {
    running.child.kill("SIGKILL");
    await once(running.child, "close");
    await rm(running.folder, { recursive: true });
  }
});

it.runIf(process.getuid !== undefined)(
  "sweeps old folders from elsewhere, and those of other users never",
  async () => {
    const parent = await mkdtemp(join(tmpdir(), "sweep-"));
    const [old, young] = [join(parent, `${FROM_ELSEWHERE}-aaaaaa`), join(parent, `${FROM_ELSEWHERE}-bbbbbb`)];
    for (const folder of [old, young]) await mkdir(folder);
    await utimes(old, new Date(0), new Date(0));
    vi.stubEnv("TMPDIR", parent);
    const { uid } = await stat(old);
    const whoami = vi.spyOn(process as { getuid(): number }, "getuid").mockReturnValue(uid + 1);
    try {
      await sweepScratchFolders();
      expect(existsSync(old)).toBe(true);
      whoami.mockRestore();
      await sweepScratchFolders();
      expect([old, young].map((folder) => existsSync(folder))).toEqual([false, true]);
    } finally {
      whoami.mockRestore();
      await rm(parent, { recursive: true });
    }
  },
);

it("names TMPDIR when no folder can be made there", async () => {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = "/proc/no-such-folder";
  try {
    await expect(withScratchFolder("test", async () => 1)).rejects.toMatchObject({
      code: "E_CACHE",
      message: expect.stringContaining("/proc/no-such-folder"),
      hint: expect.stringContaining("TMPDIR"),
    });
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});

it("is in memory for secrets, where there is a place for that", async () => {
  const runtime = await mkdtemp(join(tmpdir(), "runtime-"));
  const whereFor = async (value: string) => {
    vi.stubEnv("XDG_RUNTIME_DIR", value);
    return withSecretFolder("test", async (folder) => {
      expect((await stat(folder)).mode & 0o777).toBe(0o700);
      return folder;
    });
  };
  try {
    const folder = await whereFor(runtime);
    expect(dirname(folder)).toBe(runtime);
    expect(existsSync(folder)).toBe(false);
    for (const other of ["/proc/no-such-folder", "relative"]) {
      expect(dirname(await whereFor(other))).toBe(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
    }
  } finally {
    await rm(runtime, { recursive: true });
  }
});
