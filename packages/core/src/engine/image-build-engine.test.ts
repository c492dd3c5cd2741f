import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RegistryServer, startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { BuildRequest, BuildResult, ImageSpecBuilder } from "../builder/builder.ts";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";
import { PushBuilder } from "./fixtures/push-builder.ts";
import { ImageBuildEngine } from "./image-build-engine.ts";

let registry: RegistryServer;
let cacheDir: string;
beforeEach(async () => {
  registry = await startRegistry();
  cacheDir = await mkdtemp(join(tmpdir(), "engine-cache-"));
});
afterEach(async () => {
  await registry.close();
  await rm(cacheDir, { recursive: true });
});

const spec = (parameters: ImageSpecParameters = {}) =>
  new ImageSpec({ name: "app", registry: registry.host, baseImage: "base:1", platform: "linux/amd64", ...parameters });
const engineWith = (builder: ImageSpecBuilder, env: Record<string, string> = {}) =>
  new ImageBuildEngine({
    builders: [builder],
    discover: false,
    cacheDir,
    env: { DOCKER_HOST: `unix://${cacheDir}/no.sock`, DOCKER_CONFIG: cacheDir, HOME: cacheDir, ...env },
  });

describe("what is built", () => {
  it("builds what the registry lacks, then reuses it, in this engine without asking, in another by asking", async () => {
    const builder = new PushBuilder();
    const engine = engineWith(builder);
    const built = await engine.build(spec());
    expect(built).toMatchObject({
      status: "built",
      builder: "push",
      tag: await spec().tag(),
      id: spec().id,
      platforms: ["linux/amd64"],
      digest: expect.stringMatching(/^sha256:/),
    });
    expect(built.reference).toBe(await spec().imageName());
    const asked = registry.exchanges.length;
    expect(await engine.build(spec())).toMatchObject({ status: "reused", digest: built.digest });
    expect(registry.exchanges.length).toBe(asked);
    expect(await engineWith(builder).build(spec())).toMatchObject({ status: "reused", digest: built.digest });
    expect(builder.requests).toHaveLength(1);
  });

  it("builds again what lacks a platform, saying which", async () => {
    const builder = new PushBuilder();
    const both = spec({ platform: "linux/amd64,linux/arm64" });
    await engineWith(builder).build(both);
    const again = await engineWith(builder).build(both);
    expect(again).toMatchObject({ status: "built", reasons: [expect.stringContaining("lacked linux/arm64")] });
  });

  it.each([
    ["forcePush()", {}, (s: ImageSpec) => s.forcePush(), {}],
    ["the option", { force: true }, (s: ImageSpec) => s, {}],
    ["the variable", {}, (s: ImageSpec) => s, { FLYTE_FORCE_PUSH_IMAGE_SPEC: "true" }],
  ])("builds what exists when forced by %s", async (_, options, change, env) => {
    const builder = new PushBuilder();
    await engineWith(builder).build(spec());
    expect(await engineWith(builder, env).build(change(spec()), options)).toMatchObject({ status: "built" });
    expect(builder.requests.at(-1)?.force).toBe(true);
  });

  it("builds once for 50 callers at the same time", async () => {
    const builder = new PushBuilder();
    const engine = engineWith(builder);
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => engine.build(spec())));
    expect(new Set(outcomes.map(({ digest }) => digest)).size).toBe(1);
    expect(builder.requests).toHaveLength(1);
  });

  it("skips inside its own container without reading a file", async () => {
    const missing = spec({ requirements: "no-such-file.txt" });
    const outcome = await engineWith(new PushBuilder(), { _F_IMG_ID: missing.id }).build(missing);
    expect(outcome).toEqual({ status: "skipped", id: missing.id });
    expect(registry.exchanges).toEqual([]);
    const other = engineWith(new PushBuilder(), { _F_IMG_ID: spec().id }).build(missing);
    await expect(other).rejects.toMatchObject({ message: expect.stringContaining("no-such-file.txt") });
  });

  it("does not push when told so, by option or variable", async () => {
    class Local extends PushBuilder {
      override async buildImage(request: BuildRequest): Promise<BuildResult> {
        this.requests.push(request);
        return { reference: request.plan.reference };
      }
    }
    for (const [options, env] of [
      [{ push: false }, {}],
      [{}, { FLYTE_PUSH_IMAGE_SPEC: "false" }],
      [{ output: "engine" }, {}],
    ] as const) {
      const builder = new Local();
      expect(await engineWith(builder, env).build(spec(), options)).toMatchObject({ status: "built" });
      expect(builder.requests[0]?.target.push).toBe(false);
    }
  });
});

describe("builds of one tag at once", () => {
  it("share a run only when all that steers them is the same", async () => {
    const builder = new PushBuilder();
    const engine = engineWith(builder);
    const calls = [{ a: 1 }, { a: 2 }, { a: 2 }].map((builderOptions) => engine.build(spec(), { builderOptions }));
    await Promise.all(calls);
    expect(builder.requests.map(({ options }) => JSON.stringify(options)).sort()).toEqual(['{"a":1}', '{"a":2}']);
  });

  it("do not share a run when they differ in files that the tag does not know", async () => {
    const [first, second] = [join(cacheDir, "first"), join(cacheDir, "second")];
    for (const file of [first, second]) await writeFile(file, "{}");
    const cases = [
      [first, "/run/secrets/a", first],
      [second, "/run/secrets/a", first],
      [first, "/run/secrets/b", first],
      [first, "/run/secrets/a", second],
    ] as const;
    const specs = cases.map(([secret, target, registryConfig]) =>
      spec({ packages: ["x"], pipSecretMounts: [[secret, target]], registryConfig }),
    );
    expect(new Set(await Promise.all(specs.map((one) => one.tag()))).size).toBe(1);
    const builder = new PushBuilder();
    const engine = engineWith(builder);
    await Promise.all([...specs, ...specs].map((one) => engine.build(one)));
    const seen = builder.requests.map(({ secrets, credentials, plan }) =>
      [secrets.secret_0, plan.steps.packages?.secrets[0]?.target, credentials.configFile].join(),
    );
    expect(seen.sort()).toEqual(cases.map((one) => one.join()).sort());
  });

  it("fail for the one who asked for that, and go on for the other", async () => {
    let failing: Promise<unknown> = Promise.resolve();
    class Local extends PushBuilder {
      // What this engine has built is no longer unknown to it.
      override buildImage = async () =>
        failing.then(
          () => ({ reference: "app:1" }),
          () => ({ reference: "app:1" }),
        );
    }
    const engine = engineWith(new Local());
    const local = new ImageSpec({ name: "app", baseImage: "base:1" });
    failing = engine.build(local, { onUnknown: "fail" });
    const outcomes = await Promise.allSettled([engine.build(local), failing]);
    expect(outcomes).toMatchObject([
      { status: "fulfilled", value: { status: "built" } },
      { status: "rejected", reason: { code: "E_PRESENCE_UNKNOWN" } },
    ]);
  });
});

describe("base specs", () => {
  it("builds the base first and once, and gives the child what building it returned", async () => {
    const builder = new PushBuilder();
    const engine = engineWith(builder);
    const base = spec({ name: "parent" });
    const children = ["one", "two"].map((name) => spec({ name, baseImage: base }));
    await Promise.all(children.map((child) => engine.build(child)));
    expect(builder.requests.map(({ spec: { name } }) => name).sort()).toEqual(["one", "parent", "two"]);
    expect(builder.requests[0]?.spec.name).toBe("parent");
    const reference = `${await base.imageName()}@${(await engine.build(base)).digest}`;
    const pinned = { kind: "reference", reference, given: true };
    expect(builder.requests.slice(1).map(({ plan }) => plan.base)).toEqual([pinned, pinned]);
    const { plan, spec: built } = builder.requests[1] as BuildRequest;
    expect(plan.reference).toBe(await children.find((child) => child === built)?.imageName());
  });

  it.each([
    ["the spec's", { platform: "linux/arm64" }, {}],
    ["the call's", {}, { platform: "linux/arm64" }],
  ])("builds a base that names no platform for %s", async (_, parameters, options) => {
    const builder = new PushBuilder();
    const base = new ImageSpec({ name: "parent", registry: registry.host, baseImage: "base:1" });
    await engineWith(builder).build(spec({ ...parameters, baseImage: base }), options);
    const [parent, child] = builder.requests;
    expect(parent?.target.platforms).toEqual(["linux/arm64"]);
    expect(child?.plan.steps.labels).toMatchObject({
      labels: { "org.opencontainers.image.base.name": parent?.target.reference },
    });
  });

  it("does not build the base of a child that exists", async () => {
    const builder = new PushBuilder();
    const child = spec({ baseImage: spec({ name: "parent" }) });
    await engineWith(builder).build(child);
    registry.exchanges.length = 0;
    expect(await engineWith(builder).build(child)).toMatchObject({ status: "reused" });
    expect(registry.exchanges.some(({ path }) => path.includes("parent"))).toBe(false);
  });
});

describe("faults", () => {
  const closed = "127.0.0.1:1";

  it("fails before building when the registry cannot be reached, except under assume", async () => {
    const builder = new PushBuilder();
    const engine = engineWith(builder);
    await expect(engine.build(spec({ registry: closed }))).rejects.toMatchObject({
      code: "E_REGISTRY_UNREACHABLE",
      message: expect.stringContaining(closed),
    });
    const assumed = await engine.build(spec({ registry: closed }), { onUnknown: "assume" });
    expect(assumed).toMatchObject({ status: "reused", reasons: [expect.stringContaining("assumed")] });
    expect(assumed.digest).toBeUndefined();
    expect(builder.requests).toEqual([]);
  });

  it("fails with E_REGISTRY_AUTH before building", async () => {
    await using locked = await startRegistry({ auth: { type: "basic", users: { ann: "secret" } } });
    const builder = new PushBuilder();
    const build = engineWith(builder).build(spec({ registry: locked.host }));
    await expect(build).rejects.toMatchObject({ code: "E_REGISTRY_AUTH" });
    expect(builder.requests).toEqual([]);
  });

  it.each([
    [{ onUnknown: "sometimes" as "build" }, "sometimes"],
    [{ output: "tar:x" }, "tar:x"],
    [{ platform: "linux/amd64,," }, "empty part"],
  ])("refuses the options %j", async (options, message) => {
    const build = engineWith(new PushBuilder()).build(spec(), options);
    await expect(build).rejects.toMatchObject({ code: "E_OPTIONS", message: expect.stringContaining(message) });
    expect(registry.exchanges).toEqual([]);
  });

  it("refuses an option that the named builder lacks though the image exists, and asks for none that is not given", async () => {
    const builder = Object.assign(new PushBuilder(), {
      optionsSchema: z.strictObject({
        network: z.string().optional(),
        needed: z.string(),
        mode: z.enum(["a", "b"]).optional(),
      }),
    });
    const options = { builder: "push", builderOptions: { needed: "x" } };
    await engineWith(builder).build(spec(), options);
    const asked = registry.exchanges.length;
    for (const [wrong, said] of [
      [{ netwrok: "host" }, "builderOptions.netwrok: the builder has no such option"],
      [{ mode: "c" }, "builderOptions.mode: expected one of a, b"],
      [{ network: 1 }, "builderOptions.network: expected text, found the number 1"],
    ] as const) {
      const build = engineWith(builder).build(spec(), { builder: "push", builderOptions: { needed: "x", ...wrong } });
      const message = `Builder "push" is given wrong options: ${said}`;
      await expect(build).rejects.toMatchObject({ code: "E_OPTIONS", message });
    }
    expect(registry.exchanges.length).toBe(asked);
    for (const builderOptions of [undefined, { network: "host" }]) {
      const build = engineWith(builder).build(spec(), { builder: "push", builderOptions });
      await expect(build).resolves.toMatchObject({ status: "reused" });
    }
  });

  it("refuses to push an image without a registry", async () => {
    const build = engineWith(new PushBuilder()).build(new ImageSpec({ name: "app" }), { push: true });
    await expect(build).rejects.toMatchObject({ code: "E_OPTIONS" });
  });

  it("cancels the build and says so, and a later one starts from the beginning", async () => {
    class Slow extends PushBuilder {
      override async buildImage(request: BuildRequest): Promise<BuildResult> {
        this.requests.push(request);
        if (this.requests.length > 1) return super.buildImage(request);
        return new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(new Error("killed"))));
      }
    }
    const engine = engineWith(new Slow());
    await expect(engine.build(spec(), { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
      code: "E_ABORTED",
    });
    expect(await engine.build(spec())).toMatchObject({ status: "built" });
  });

  it("tells what happens as events that name the image", async () => {
    const events: string[] = [];
    await engineWith(new PushBuilder()).build(spec(), {
      onEvent: (event) => event.type === "step" && events.push(`${event.image} ${event.name} ${event.status}`),
    });
    const name = await spec().imageName();
    expect(events).toEqual([
      `${name} check whether the image exists started`,
      `${name} check whether the image exists done`,
      `${name} build the image started`,
      `${name} build the image done`,
    ]);
  });
});
