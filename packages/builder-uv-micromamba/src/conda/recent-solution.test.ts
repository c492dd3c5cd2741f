import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CacheFolder } from "../cache/cache-folder.ts";
import { RecordStore } from "../cache/record-store.ts";
import type { CondaPackage, CondaRequest } from "./conda-package.ts";
import { rattlerVersion, recentSolution } from "./recent-solution.ts";

let root: string;
let records: RecordStore;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "recent-"));
  const folder = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
  await folder.open();
  records = new RecordStore(folder);
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(root, { recursive: true });
});

const REQUEST: CondaRequest = {
  specs: ["xz"],
  channels: ["https://channels.test/conda-forge"],
  subdir: "linux-64",
  virtualPackages: [{ name: "__glibc", version: "2.36" }],
  signal: new AbortController().signal,
};
const ANSWER: CondaPackage[] = [
  {
    record: { name: "xz", version: "5", build: "0", depends: [], license: "0BSD" } as unknown as CondaPackage["record"],
    fn: "xz-5-0.conda",
    subdir: "linux-64",
    channel: "https://channels.test/conda-forge",
    url: "https://channels.test/conda-forge/linux-64/xz-5-0.conda",
  },
];

it("asks the solver once in ten minutes, and for anything else that decides its answer", async () => {
  const solver = vi.fn(async () => ANSWER);
  const ask = (
    request: Partial<CondaRequest> = {},
    options: { version?: string; mirrors?: object; force?: boolean } = {},
  ) =>
    recentSolution(solver, { records, version: "1", mirrors: undefined, force: false, ...options } as never)({
      ...REQUEST,
      ...request,
    });
  vi.useFakeTimers({ toFake: ["Date"] });
  for (let i = 0; i < 2; i++) expect(await ask({ signal: new AbortController().signal })).toEqual(ANSWER);
  expect(solver).toHaveBeenCalledTimes(1);
  await ask({ specs: ["xz 5"] });
  await ask({ channels: ["https://other.test"] });
  await ask({ subdir: "linux-aarch64" });
  await ask({ virtualPackages: [{ name: "__glibc", version: "2.41" }] });
  await ask({}, { version: "2" });
  await ask({}, { mirrors: { "https://channels.test": "https://mirror.test" } });
  await ask({}, { force: true });
  expect(solver).toHaveBeenCalledTimes(8);
  vi.setSystemTime(Date.now() + 601_000);
  await ask();
  expect(solver).toHaveBeenCalledTimes(9);
});

it("knows which rattler solves", () => {
  expect(rattlerVersion()).toMatch(/^\d+\.\d+\.\d+/);
});
