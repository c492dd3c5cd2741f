import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultProxy, type RegistryServer, startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BuildEvent } from "../builder/build-event.ts";
import { explainIdentity } from "../explain/explain-identity.ts";
import { keepIdentityInCache } from "../explain/kept-identity.ts";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";
import { readBuildOptions } from "../request/build-options.ts";
import { prepareBuild } from "../request/prepare-build.ts";
import type { BuildOutcome, ImageOutcome } from "./build-outcome.ts";
import { PushBuilder } from "./fixtures/push-builder.ts";
import { ImageBuildEngine } from "./image-build-engine.ts";
import { keepReusedIdentity } from "./keep-identity.ts";

let registry: RegistryServer;
let folder: string;
beforeEach(async () => {
  registry = await startRegistry();
  folder = await mkdtemp(join(tmpdir(), "keep-identity-"));
});
afterEach(async () => {
  await registry.close();
  await rm(folder, { recursive: true });
});

const spec = (parameters: ImageSpecParameters = {}) =>
  new ImageSpec({ name: "app", registry: registry.host, baseImage: "base:1", platform: "linux/amd64", ...parameters });
const environment = () => ({ DOCKER_CONFIG: folder, HOME: folder });

/** Says of what it pushed that it was there before. */
class Adopting extends PushBuilder {
  override async buildImage(request: Parameters<PushBuilder["buildImage"]>[0]) {
    return { ...(await super.buildImage(request)), adopted: true };
  }
}

/** Hands the build to another system. */
class Exporting extends PushBuilder {
  override async buildImage({ plan }: Parameters<PushBuilder["buildImage"]>[0]) {
    return { reference: plan.reference };
  }
}

/** Speaks to its registry over http, as options of its own would say. */
class Insecure extends PushBuilder {
  override readonly asksPresence = false;
  override async buildImage(request: Parameters<PushBuilder["buildImage"]>[0]) {
    return {
      ...(await super.buildImage(request)),
      insecureRegistries: [registry.host.replace("localhost", "0.0.0.0")],
    };
  }
}

/** Builds with a cache of its own, so that only the registry knows what was built before. */
async function build(
  one: ImageSpec,
  builder = new PushBuilder(),
): Promise<{ outcome: BuildOutcome; told: BuildEvent[]; cacheDir: string }> {
  const cacheDir = await mkdtemp(join(folder, "cache-"));
  const told: BuildEvent[] = [];
  const engine = new ImageBuildEngine({
    builders: [builder],
    discover: false,
    root: folder,
    cacheDir,
    env: environment(),
  });
  const outcome = await engine.build(one, { onEvent: (event) => void told.push(event) });
  return { outcome, told: told.filter(({ type }) => type === "warning"), cacheDir };
}

async function explain(one: ImageSpec, against: string | undefined, cache?: string) {
  const env = environment();
  const cacheDir = cache ?? (await mkdtemp(join(folder, "cache-")));
  const prepared = await prepareBuild(one, readBuildOptions(one, {}, env), { env, cacheDir });
  return explainIdentity(prepared, { against, env, cacheDir });
}

const listed = async (digest = "") => {
  const response = await fetch(`${registry.url}/v2/app/referrers/${digest}`);
  return ((await response.json()) as { manifests: { artifactType: string }[] }).manifests;
};

describe("what an image was made of", () => {
  it("stands beside it in the registry, once, and is found by its reference, tag or digest on any machine", async () => {
    const { outcome, told } = await build(spec({ env: { MODE: "a" } }));
    const { reference, digest, tag } = outcome as ImageOutcome;
    expect(told).toEqual([]);
    expect(await listed(digest)).toMatchObject([{ artifactType: "application/vnd.imagespec.identity.v1+json" }]);

    const changed = spec({ env: { MODE: "b" } });
    const difference = { of: "parameter", name: "env.MODE", kind: "changed", before: "a", after: "b" };
    for (const against of [reference, tag, `${registry.host}/app@${digest}`]) {
      const explanation = await explain(changed, against);
      expect(explanation).toMatchObject({ against: { digest }, differences: [difference] });
    }
    expect((await explain(spec({ env: { MODE: "a" } }), tag))?.differences).toEqual([]);
    expect(await explain(changed, undefined)).toBeUndefined();

    const again = await build(spec({ env: { MODE: "a" } }).forcePush());
    expect(again.outcome).toMatchObject({ status: "built", digest });
    expect(await listed(digest)).toHaveLength(1);
    expect(await spec({ env: { MODE: "a" } }).exist()).toBe(true);
  });

  it("is known after a build that found the image made elsewhere", async () => {
    await build(spec({ env: { MODE: "a" } }));
    const elsewhere = await build(spec({ env: { MODE: "a" } }));
    expect(elsewhere.outcome).toMatchObject({ status: "reused" });
    const difference = { of: "parameter", name: "env.MODE", kind: "changed", before: "a", after: "b" };
    const explanation = await explain(spec({ env: { MODE: "b" } }), undefined, elsewhere.cacheDir);
    expect(explanation?.differences).toEqual([difference]);
  });

  it("goes to the registry over http where the builder's own options let that speak so", async () => {
    // An address of this machine that is not a loopback address.
    const elsewhere = spec({ registry: registry.host.replace("localhost", "0.0.0.0"), builder: "push" });
    const { outcome, told } = await build(elsewhere, new Insecure());
    expect(told).toEqual([]);
    expect(await listed((outcome as ImageOutcome).digest)).toHaveLength(1);
  });

  it("is not kept beside an image that is adopted, where it is switched off, or nothing is pushed", async () => {
    const { outcome } = await build(spec(), new Adopting());
    expect(await listed((outcome as ImageOutcome).digest)).toEqual([]);
    await writeFile(join(folder, "imagespec.config.json"), '{ "attachIdentity": false }');
    const builders = [new PushBuilder()];
    const engine = new ImageBuildEngine({ builders, root: folder, cacheDir: folder, env: environment() });
    const { status, digest } = (await engine.build(spec({ env: { A: "1" } }))) as ImageOutcome;
    expect(status).toBe("built");
    const off = { builders, discover: false, attachIdentity: false, cacheDir: folder, env: environment() };
    const other = (await new ImageBuildEngine(off).build(spec({ env: { A: "2" } }))) as ImageOutcome;
    expect(other.status).toBe("built");
    expect(await listed(other.digest)).toEqual([]);
    expect(await listed(digest)).toEqual([]);
  });

  it("is not missed where the builder pushed nothing: the warning is that the image is not there", async () => {
    const { told } = await build(spec(), new Exporting());
    expect(told).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/\/app:\S+ is not in its registry: the builder did not push it$/),
        hint: expect.stringMatching(/^Wait for the system/),
      }),
    ]);
  });

  it("fails no build when the registry takes no artifacts, and says so", async () => {
    await using proxy = await faultProxy(registry.url);
    proxy.script([{ match: "PUT */manifests/sha256:*", do: { status: 400 } }]);
    const { outcome, told } = await build(spec({ registry: proxy.host }));
    expect(outcome.status).toBe("built");
    expect(told).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^what .*\/app:.* is made of cannot be kept beside it: .*400/),
        hint: expect.stringContaining("attachIdentity"),
      }),
    ]);
  });
});

it("is found in the cache by tag, without a registry", async () => {
  const cacheDir = await mkdtemp(join(folder, "cache-"));
  const env = environment();
  const local = (mode: string) => new ImageSpec({ name: "app", baseImage: "base:1", env: { MODE: mode } });
  const prepared = async (mode: string) =>
    prepareBuild(local(mode), readBuildOptions(local(mode), {}, env), { env, cacheDir });
  for (const mode of ["a", "b", "c"]) await keepIdentityInCache(cacheDir, "app", (await prepared(mode)).identity);
  const { identity } = await prepared("a");
  const found = await explainIdentity(await prepared("d"), { against: identity.tag, env, cacheDir });
  expect(found).toMatchObject({
    against: { reference: `app:${identity.tag}` },
    differences: [{ name: "env.MODE", before: "a", after: "d" }],
  });
});

it("is not put together for an image that was there, and was the last one built here", async () => {
  const cacheDir = await mkdtemp(join(folder, "cache-"));
  const host = { cacheDir, env: environment };
  const one = spec();
  const prepared = await prepareBuild(one, readBuildOptions(one, {}, environment()), { env: environment(), cacheDir });
  const document = vi.spyOn(prepared.identity, "document", "get");
  await keepReusedIdentity(host, prepared);
  expect(document).toHaveBeenCalledOnce();
  await keepReusedIdentity(host, prepared);
  expect(document).toHaveBeenCalledOnce();
});

describe("an image without an identity beside it", () => {
  it("cannot be compared with, and neither can one that is not there, or a tag without a registry", async () => {
    const { outcome } = await build(spec(), new Adopting());
    await expect(explain(spec(), (outcome as ImageOutcome).reference)).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringContaining("has no identity document attached"),
    });
    await expect(explain(spec(), "missing")).rejects.toMatchObject({ code: "E_REGISTRY", details: { status: 404 } });
    await expect(explain(new ImageSpec({ name: "app", baseImage: "base:1" }), "missing")).rejects.toMatchObject({
      code: "E_OPTIONS",
    });
  });
});
