import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BuildPlan, BuildRequest } from "@imagespec/core/builder";
import {
  type CredentialStore,
  type ImageParts,
  type ImageSink,
  type ImageSource,
  OciLayout,
  type Platform,
  parsePlatform,
  pushImage,
  pushIndex,
  RegistryClient,
} from "@imagespec/registry";
import { buildPlan, type RegistryServer, startRegistry } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CheckBaseOptions, checkBase, type HeldImage } from "./check-base.ts";

const NOBODY: CredentialStore = { configFile: undefined, get: async () => undefined };
const ADA = { username: "ada", password: "secret" };
const KNOWN: CredentialStore = { configFile: undefined, get: async () => ({ kind: "basic", ...ADA }) };

let open: RegistryServer;
let closed: RegistryServer;
let folder: string;
beforeAll(async () => {
  open = await startRegistry();
  closed = await startRegistry({ auth: { type: "basic", users: { [ADA.username]: ADA.password } } });
  folder = await mkdtemp(join(tmpdir(), "check-base-"));
});
afterAll(async () => {
  await Promise.all([open.close(), closed.close()]);
  await rm(folder, { recursive: true });
});

function config(platform: object): ImageParts {
  const rootfs = { type: "layers", diff_ids: [] };
  return { config: { ...(platform as Platform), rootfs }, layers: [] };
}

/** An image alone, or an index where there are several platforms. */
async function write(sink: ImageSink & ImageSource, tag: string, platforms: readonly string[]): Promise<void> {
  if (platforms.length === 1) {
    await pushImage(sink, config({ ...parsePlatform(platforms[0] ?? "") }), { tag });
    return;
  }
  const entries = [];
  for (const platform of platforms) entries.push(await pushImage(sink, config({ ...parsePlatform(platform) })));
  await pushIndex(sink, entries, { tag });
}

let made = 0;
async function base(platforms: readonly string[], server = open, credentials = NOBODY): Promise<string> {
  const client = new RegistryClient({ credentials, env: {} });
  const tag = String(++made);
  await write(client.repository(`${server.host}/team/base`, { mirror: false, access: "push" }), tag, platforms);
  await client.close();
  return `${server.host}/team/base:${tag}`;
}

function check(
  given: string | BuildPlan["base"],
  platforms: string[],
  {
    held,
    env = {},
    ...more
  }: CheckBaseOptions & Partial<Pick<BuildRequest, "credentials" | "mirrors" | "signal">> = {},
): Promise<void> {
  const from = typeof given === "string" ? ({ kind: "reference", reference: given, given: true } as const) : given;
  const target = { reference: "app:1", platforms, push: false };
  const request = { plan: buildPlan({ base: from }), target, credentials: NOBODY, mirrors: {} };
  return checkBase({ ...request, signal: AbortSignal.timeout(60_000), ...more }, { env, held });
}

const layoutBase = (path: string) => ({ kind: "layout", path, given: true }) as const;

const lacks = (platform: string, ...platforms: string[]) => ({
  code: "E_REGISTRY",
  message: expect.stringContaining(`has no image for ${platform}; it `),
  hint: expect.stringContaining(platforms.join(", ")),
  details: { platform, platforms },
});

describe("a base in a registry", () => {
  it.each([
    ["one image for it", ["linux/arm64"], ["linux/arm64"]],
    ["an index that has it", ["linux/amd64", "linux/arm64"], ["linux/arm64"]],
    ["an index that has all", ["linux/amd64", "linux/arm64"], ["linux/arm64", "linux/amd64"]],
    ["an older variant", ["linux/arm/v6"], ["linux/arm/v7"]],
    ["an older variant in an index", ["linux/amd64", "linux/arm/v6"], ["linux/arm/v7"]],
  ])("fits with %s", async (_, has, wanted) => {
    await expect(check(await base(has), wanted)).resolves.toBeUndefined();
  });

  it.each([
    ["one image for another", ["linux/amd64"], ["linux/arm64"], "linux/arm64"],
    ["an index without it", ["linux/amd64", "linux/s390x"], ["linux/arm64"], "linux/arm64"],
    ["an index that lacks one of two", ["linux/amd64", "linux/s390x"], ["linux/amd64", "linux/arm64"], "linux/arm64"],
    ["a newer variant", ["linux/arm/v7"], ["linux/arm/v6"], "linux/arm/v6"],
    ["a newer variant in an index", ["linux/amd64", "linux/arm/v7"], ["linux/arm/v6"], "linux/arm/v6"],
  ])("is refused with %s", async (_, has, wanted, missing) => {
    await expect(check(await base(has), wanted)).rejects.toMatchObject(lacks(missing, ...[...has].sort()));
  });

  it("fits where its index says so, whatever its config says", async () => {
    const client = new RegistryClient({ credentials: NOBODY, env: {} });
    const repository = client.repository(`${open.host}/team/base`);
    const entry = await pushImage(repository, config({ os: "linux", architecture: "amd64" }));
    await pushIndex(repository, [{ ...entry, platform: { os: "linux", architecture: "arm64" } }], { tag: "stated" });
    await client.close();
    await expect(check(`${open.host}/team/base:stated`, ["linux/arm64"])).resolves.toBeUndefined();
  });

  it("is read once, for however many platforms of an index", async () => {
    const reference = await base(["linux/amd64", "linux/arm64"]);
    const before = open.exchanges.length;
    await check(reference, ["linux/amd64", "linux/arm64"]);
    expect(open.exchanges.slice(before).filter(({ method }) => method === "GET" || method === "HEAD")).toHaveLength(1);
  });

  it("is read through mirrors, and keeps its name", async () => {
    const reference = await base(["linux/amd64"]);
    const name = reference.replace(open.host, "registry.example");
    const mirrors = { "registry.example": open.host };
    const error = await check(name, ["linux/arm64"], { mirrors }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(lacks("linux/arm64", "linux/amd64"));
    expect((error as Error).message).toContain(`${name} has no image`);
  });

  it("is read with credentials, and left to the tool without them", async () => {
    const reference = await base(["linux/amd64"], closed, KNOWN);
    await expect(check(reference, ["linux/arm64"], { credentials: KNOWN })).rejects.toMatchObject({
      code: "E_REGISTRY",
    });
    await expect(check(reference, ["linux/arm64"])).resolves.toBeUndefined();
  });

  it.each(["localhost:1/base:1", "registry.invalid/base:1"])("is left to the tool at %s", async (reference) => {
    await expect(check(reference, ["linux/arm64"])).resolves.toBeUndefined();
  });

  it.each([{}, { os: "", architecture: "" }])("is left to the tool when its config says %o", async (said) => {
    const client = new RegistryClient({ credentials: NOBODY, env: {} });
    await pushImage(client.repository(`${open.host}/team/base`), config(said), { tag: "silent" });
    await client.close();
    await expect(check(`${open.host}/team/base:silent`, ["linux/arm64"])).resolves.toBeUndefined();
  });

  it("is refused when its config has a field of the wrong type", async () => {
    const client = new RegistryClient({ credentials: NOBODY, env: {} });
    const said = { os: "linux", architecture: "amd64", config: { Env: "A=1" } };
    await pushImage(client.repository(`${open.host}/team/base`), config(said), { tag: "mistyped" });
    await client.close();
    await expect(check(`${open.host}/team/base:mistyped`, ["linux/amd64"])).rejects.toMatchObject({
      code: "E_REGISTRY",
      message: expect.stringContaining("its config.Env has the wrong type"),
    });
  });

  it("ends when the build is cancelled", async () => {
    const signal = AbortSignal.abort();
    await expect(check(`${open.host}/team/base:1`, ["linux/amd64"], { signal })).rejects.toMatchObject({
      code: "E_ABORTED",
    });
  });
});

describe("a base in a layout", () => {
  it("is refused by what it holds", async () => {
    const path = join(folder, "layout");
    await write(new OciLayout(path), "1", ["linux/amd64"]);
    await expect(check(layoutBase(path), ["linux/amd64"])).resolves.toBeUndefined();
    await expect(check(layoutBase(path), ["linux/arm64"])).rejects.toMatchObject(lacks("linux/arm64", "linux/amd64"));
  });

  it("is left to the tool when it cannot be read", async () => {
    await expect(check(layoutBase(join(folder, "none")), ["linux/arm64"])).resolves.toBeUndefined();
  });
});

describe("a base in an engine", () => {
  const holding = (architecture: string, digests: string[] = []) => ({
    held: async (): Promise<HeldImage> => ({ os: "linux", architecture, digests }),
  });

  it("fits, whatever the registry has", async () => {
    const reference = await base(["linux/amd64"]);
    await expect(check(reference, ["linux/arm64"], holding("arm64"))).resolves.toBeUndefined();
  });

  it("is not asked for in its registry when it fits", async () => {
    const reference = await base(["linux/arm64"]);
    const before = open.exchanges.length;
    await check(reference, ["linux/arm64"], holding("arm64"));
    expect(open.exchanges).toHaveLength(before);
  });

  it.each([
    ["no name", "localhost:1/base:1", []],
    ["another name", "localhost:1/base:1", ["localhost:1/other@sha256:0", "base@sha256:0"]],
  ])("is refused when it came from a registry by %s, and is for another platform", async (_, reference, digests) => {
    await expect(check(reference, ["linux/arm64"], holding("amd64", digests))).rejects.toMatchObject(
      lacks("linux/arm64", "linux/amd64"),
    );
  });

  it.each([
    ["localhost:1/base:1", "localhost:1/base@sha256:0"],
    ["base:1", "base@sha256:0"],
    ["base:1", "docker.io/library/base@sha256:0"],
  ])("%s is left to the tool when it came from a registry that cannot be read, as %s", async (reference, digest) => {
    const env = { HTTPS_PROXY: "http://localhost:1" };
    await expect(check(reference, ["linux/arm64"], { env, ...holding("amd64", [digest]) })).resolves.toBeUndefined();
  });

  it("is the registry's where the engine has none", async () => {
    const held = async () => undefined;
    await expect(check(await base(["linux/amd64"]), ["linux/arm64"], { held })).rejects.toMatchObject({
      code: "E_REGISTRY",
    });
    await expect(check("localhost:1/base:1", ["linux/arm64"], { held })).resolves.toBeUndefined();
  });
});
