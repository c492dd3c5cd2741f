import { describe, expect, it } from "vitest";
import { DEFAULT_IMAGE, kanikoOptions, optionsOf } from "./options.ts";

describe("kanikoOptions", () => {
  it("needs nothing and pins the executor", () => {
    const options = kanikoOptions.parse({});
    expect(options).toMatchObject({ mode: "docker", image: DEFAULT_IMAGE, cache: false, snapshotMode: "full" });
    expect(options.kubernetes).toMatchObject({ ttlSeconds: 600, maxJobs: 20 });
    expect(DEFAULT_IMAGE).toMatch(/:v\d+\.\d+\.\d+$/);
  });

  it.each([
    [{ mode: "podman" }],
    [{ nonsense: 1 }],
    [{ kubernetes: { nonsense: 1 } }],
    [{ insecure: ["http://registry"] }],
    [{ retries: -1 }],
    [{ timeout: 0 }],
    [{ timeout: 2_147_484 }],
    [{ memory: "many" }],
    [{ memory: "0" }],
    [{ image: "no reference" }],
    [{ image: "https://ghcr.io/x" }],
    [{ cacheRepo: "r.example/cache:tag" }],
    [{ kubernetes: { contextRepository: "r.example/Context" } }],
    [{ registryMap: { "docker.io": "https://mirror.example/hub" } }],
    [{ registryMap: { "docker.io": "user:password@mirror.example" } }],
    [{ extraArgs: ["--force"] }],
    [{ extraArgs: ["--destination=x/y"] }],
    [{ extraArgs: ["-dx/y"] }],
    [{ extraArgs: ["--cache-ttl=6h"] }],
  ])("refuses %j", (input) => {
    expect(kanikoOptions.safeParse(input).success).toBe(false);
  });

  it("does not use the cache for a forced build", () => {
    const options = kanikoOptions.parse({ cache: true, cacheRepo: "r.example/cache" });
    expect(optionsOf({ options, force: false })).toBe(options);
    expect(optionsOf({ options, force: true })).toEqual({ ...options, cache: false });
  });

  it("fetches from a registry instead, or from a path in one", () => {
    const registryMap = { "docker.io": "mirror.example:5000", "ghcr.io": "mirror.example/ghcr" };
    expect(kanikoOptions.parse({ registryMap }).registryMap).toEqual(registryMap);
  });

  it("takes other arguments of the executor as they are", () => {
    expect(kanikoOptions.parse({ extraArgs: ["--use-new-run"] }).extraArgs).toEqual(["--use-new-run"]);
  });

  it("reads memory as docker does", () => {
    expect(kanikoOptions.parse({ memory: "2g" }).memory).toBe(2 * 2 ** 30);
    expect(kanikoOptions.parse({ memory: "64M" }).memory).toBe(64 * 2 ** 20);
    expect(kanikoOptions.parse({ memory: 1000 }).memory).toBe(1000);
  });
});
