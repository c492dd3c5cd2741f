import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PackagesStep, ShippedFile } from "@imagespec/core/builder";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import { type ResolutionQuestion, recentResolution } from "./recent-resolution.ts";
import type { ResolvedWheel } from "./resolved-wheel.ts";

let root: string;
let records: RecordStore;
let asked: number;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "recent-"));
  const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await folder.open();
  records = new RecordStore(folder);
  asked = 0;
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(root, { recursive: true });
});

const STEP: PackagesStep = {
  source: { from: "requirements", packages: ["six"] },
  index: undefined,
  extraIndexes: [],
  extraArgs: [],
  secrets: [],
};
const QUESTION: ResolutionQuestion = {
  step: STEP,
  uvImage: "ghcr.io/astral-sh/uv:0.9.0",
  target: { minor: "3.11", version: "3.11.2", architecture: "amd64", libc: { family: "glibc", major: 2, minor: 36 } },
  files: [],
  installed: [],
};
const PLAIN = {
  name: "six",
  version: "1",
  filename: "six-1.whl",
  url: "https://example.test/six-1.whl",
  hashes: [],
  size: 1,
};
const ask = (question = QUESTION, fresh = false, wheel: ResolvedWheel = PLAIN) =>
  recentResolution(
    records,
    question,
    async () => {
      asked++;
      return { wheels: [wheel], sources: [] };
    },
    { fresh },
  );

describe("recentResolution", () => {
  it("answers the same question again for ten minutes", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    expect(await ask()).toEqual(await ask());
    expect(asked).toBe(1);
    vi.setSystemTime(Date.now() + 601_000);
    await ask();
    expect(asked).toBe(2);
  });

  it("asks again for another question, and when told to", async () => {
    await ask();
    await ask({ ...QUESTION, target: { ...QUESTION.target, architecture: "arm64" } });
    await ask({ ...QUESTION, installed: [{ name: "six", version: "1", info: "" }] });
    await ask({ ...QUESTION, step: { ...STEP, index: "https://other.test" } });
    await ask({ ...QUESTION, uvImage: "ghcr.io/astral-sh/uv:0.9.1" });
    await ask(QUESTION, true);
    expect(asked).toBe(6);
  });

  it("tells requirement files apart by their contents, and passes over other files", async () => {
    const shipped = (path: string, sha256: string): ShippedFile => {
      return { type: "file", path, mode: 0o644, size: 1, sha256, source: "" };
    };
    for (const [path, sha256] of [
      ["requirements/a.txt", "1"],
      ["requirements/a.txt", "2"],
      ["requirements/b.txt", "2"],
      ["requirements/b.txt", "2"],
    ] as const)
      await ask({ ...QUESTION, files: [shipped(path, sha256), shipped("source/a.py", `${asked}`)] });
    expect(asked).toBe(3);
  });

  it("keeps nothing with secrets, direct addresses, local files or arguments about freshness", async () => {
    const steps: PackagesStep[] = [
      { ...STEP, secrets: [{ id: "s", target: "/root/.netrc" }] },
      { ...STEP, extraArgs: ["--upgrade"] },
      { ...STEP, extraArgs: ["--find-links", "https://x.test"] },
    ];
    for (const step of steps) for (let i = 0; i < 2; i++) await ask({ ...QUESTION, step });
    for (let i = 0; i < 2; i++) await ask(QUESTION, false, { ...PLAIN, url: "file:///six.whl" });
    // Named in a file or without a name in front, it is seen in the answer alone.
    for (let i = 0; i < 2; i++) await ask(QUESTION, false, { ...PLAIN, directUrl: "{}" });
    expect(asked).toBe(10);
  });
});
