import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type BuildResult, ImageSpecBuilder } from "../builder/builder.ts";
import { PushBuilder } from "../engine/fixtures/push-builder.ts";
import { ImageBuildEngine } from "../engine/image-build-engine.ts";
import { keepIdentityInCache } from "../explain/kept-identity.ts";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { BuilderRegistry } from "./builder-registry.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "builders-"));
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, content: string | object): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
}

const source = (type: string, reference: string) =>
  `export default { [Symbol.for("imagespec.builder")]: 1, builderType: "${type}", buildImage: async () => "${reference}" };`;

async function install(name: string, type: string, code: string, declared: object = {}): Promise<void> {
  const imagespec = { apiVersion: 1, builders: { [type]: { entry: "./b", ...declared } } };
  const exports = { "./b": "./b.mjs", "./gone": "./gone.mjs" };
  await write(`node_modules/${name}/package.json`, { name, version: "1.0.0", exports, imagespec });
  await write(`node_modules/${name}/b.mjs`, code);
}

class Own extends ImageSpecBuilder {
  readonly builderType = "own";
  override async buildImage(): Promise<BuildResult> {
    return { reference: "from-code:1" };
  }
}

const engine = (options: object = {}, env: Record<string, string> = {}) =>
  new ImageBuildEngine({
    root,
    env: { DOCKER_HOST: `unix://${root}/no.sock`, HOME: root, IMAGESPEC_CACHE_DIR: root, ...env },
    ...options,
  });
const spec = (builder: string) => new ImageSpec({ name: "app", baseImage: "base:1", builder });

it("what is registered in code wins over plugins, plugins over the config, the config over dependencies", async () => {
  await install("dep", "own", source("own", "from-dependency:1"));
  await write("package.json", { dependencies: { dep: "1" } });
  const built = async (one: ImageBuildEngine) => (await one.build(spec("own"))).reference;
  expect(await built(engine())).toBe("from-dependency:1");
  await write("config.mjs", source("own", "from-config:1"));
  await write("imagespec.config.json", { plugins: ["./config.mjs"] });
  expect(await built(engine())).toBe("from-config:1");
  await write("plugin.mjs", source("own", "from-plugins:1"));
  expect(await built(engine({ plugins: ["./plugin.mjs"] }))).toBe("from-plugins:1");
  expect(await built(engine({ plugins: ["./plugin.mjs"], builders: [new Own()] }))).toBe("from-code:1");
});

it("IMAGESPEC_PLUGINS=off and discover: false leave dependencies out", async () => {
  await install("dep", "theirs", source("theirs", "x:1"));
  await write("package.json", { dependencies: { dep: "1" } });
  for (const one of [engine({}, { IMAGESPEC_PLUGINS: "off" }), engine({ discover: false })]) {
    await expect(one.build(spec("theirs"))).rejects.toMatchObject({ code: "E_BUILDER_UNKNOWN" });
    expect(await one.findBuilders()).toEqual({ candidates: [], diagnostics: [] });
  }
  const off = engine({}, { IMAGESPEC_PLUGINS: "off" }).build(spec("kaniko"));
  await expect(off).rejects.toMatchObject({ hint: expect.stringMatching(/^Unset IMAGESPEC_PLUGINS, or name/) });
  const any = engine({}, { IMAGESPEC_PLUGINS: "off" }).build(new ImageSpec({ name: "app", baseImage: "base:1" }));
  await expect(any).rejects.toMatchObject({
    code: "E_NO_BUILDER",
    message: expect.stringMatching(/: no builder is left by IMAGESPEC_PLUGINS=off\.$/),
    hint: expect.stringMatching(/^Unset IMAGESPEC_PLUGINS, or name[^\n]*$/),
  });
});

it.each([
  ["podmam", "Write 'podman' if you mean that."],
  ["kanico", "Write 'kaniko' if you mean that."],
  ["kaniko", "Install it: `npm install @imagespec/builder-kaniko`."],
  ["nerdctl", "Install its package as a dependency of the project, or register it in code."],
])("says of a builder %s that is not there what may be meant", async (type, hint) => {
  const one = engine({ discover: false });
  one.register("podman", new Own());
  await expect(one.build(spec(type))).rejects.toMatchObject({ code: "E_BUILDER_UNKNOWN", hint });
});

it("a broken package is not a fault until its builder is asked for", async () => {
  await install("missing", "gone", "", { entry: "./gone" });
  await install("throwing", "throws", `throw new Error("at import");`);
  await install("good", "good", source("good", "good:1"));
  await write("package.json", { dependencies: { missing: "1", throwing: "1", good: "1" } });
  expect(await engine().build(spec("good"))).toMatchObject({ reference: "good:1" });
  await expect(engine().build(spec("gone"))).rejects.toMatchObject({
    code: "E_BUILDER_LOAD",
    message: expect.stringMatching(/missing.*gone\.mjs/),
  });
  await expect(engine().build(spec("throws"))).rejects.toMatchObject({
    code: "E_BUILDER_LOAD",
    message: expect.stringContaining("at import"),
  });
  const automatic = await engine().build(new ImageSpec({ name: "app", baseImage: "base:1" }));
  expect(automatic).toMatchObject({ builder: "good" });
  await rm(join(root, "node_modules/good"), { recursive: true });
  const error = await engine()
    .build(new ImageSpec({ name: "app", baseImage: "base:1" }))
    .catch((e: unknown) => e);
  expect(error).toMatchObject({ code: "E_NO_BUILDER" });
  expect((error as Error).message).toMatch(/throws \(priority 5\).*at import[\s\S]*gone: .*is missing/);
});

it("getRegistry() knows a builder once it was found, the builder itself once imported, and what is registered first", async () => {
  await install("dep", "theirs", source("theirs", "x:1"));
  await write("package.json", { dependencies: { dep: "1" } });
  await write("tools/path.mjs", "throw new Error('runs')");
  const one = engine({ plugins: ["./tools/path.mjs"] });
  expect([...one.getRegistry()]).toEqual([]);
  await one.findBuilders();
  expect([...one.getRegistry()]).toEqual([["theirs", { builder: undefined, priority: 5 }]]);
  await one.build(spec("theirs"));
  expect(one.getRegistry().get("theirs")).toMatchObject({ priority: 5, builder: { builderType: "theirs" } });
  const own = new Own();
  one.register("theirs", own, 7);
  expect(one.getRegistry().get("theirs")).toEqual({ priority: 7, builder: own });
});

it("looks at no other dependency for a builder of ours", async () => {
  await install("@imagespec/builder-kaniko", "kaniko", source("kaniko", "ours:1"));
  await install("dep", "theirs", source("theirs", "x:1"));
  await write("package.json", { dependencies: { dep: "1", "@imagespec/builder-kaniko": "1" } });
  const one = engine();
  expect(await one.build(spec("kaniko"))).toMatchObject({ reference: "ours:1" });
  expect([...one.getRegistry().keys()]).toEqual(["kaniko"]);
  expect((await one.findBuilders()).candidates.map(({ type }) => type)).toEqual(["kaniko", "theirs"]);
});

it("imports a builder that reuses what exists for a build, or to check its options, and not for an image that exists", async () => {
  const registry = await startRegistry();
  try {
    const code = (body: string) =>
      `export default { [Symbol.for("imagespec.builder")]: 1, builderType: "late", ${body} };`;
    const refuses = `optionsSchema: { "~standard": { validate: () => ({ issues: [{ message: "is odd", path: ["x"] }] }) } }`;
    await write("package.json", { dependencies: { dep: "1" } });
    const image = (builderOptions = {}) =>
      new ImageSpec({ name: "app", registry: registry.host, baseImage: "base:1", builder: "late", builderOptions });
    const absent = async () => {
      await install("dep", "late", `throw new Error("imported");`, { reusesExisting: true });
      return engine().build(image());
    };
    await expect(absent()).rejects.toMatchObject({ code: "E_BUILDER_LOAD" });
    await new ImageBuildEngine({ builders: [new PushBuilder()], discover: false, cacheDir: root }).build(image(), {
      builder: "push",
    });
    expect(await absent()).toMatchObject({ status: "reused" });
    await install("asking", "late", code(`${refuses}, buildImage() {}`), { reusesExisting: true });
    await write("package.json", { dependencies: { asking: "1" } });
    await expect(engine().build(image({ x: 1 }))).rejects.toMatchObject({ code: "E_OPTIONS" });
  } finally {
    await registry.close();
  }
});

it.each([
  ["that was asked for here with other content", ["other"], 5000, true],
  ["that was never asked for here", [], 200, false],
])(
  "of an image %s a builder is imported while the registry is asked, or after it",
  async (_what, tags, patience, isEarly) => {
    const imported = join(root, "imported");
    const seen: boolean[] = [];
    const server = createServer(async (_request, response) => {
      for (const end = Date.now() + patience; !existsSync(imported) && Date.now() < end; ) await sleep(5);
      seen.push(existsSync(imported));
      response.writeHead(404).end();
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (const tag of tags) await keepIdentityInCache(root, `${registry}/app`, { tag, document: "{}" });
      const code = `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(imported)}, ""); ${source("late", "l:1")}`;
      await install("dep", "late", code, { reusesExisting: true });
      await write("package.json", { dependencies: { dep: "1" } });
      const image = new ImageSpec({ name: "app", registry, baseImage: "base:1", builder: "late" });
      expect(await engine({ attachIdentity: false }).build(image)).toMatchObject({ reference: "l:1" });
      expect(seen).toEqual([isEarly]);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  },
);

it("looks once for each builder, however many images name them in turn", async () => {
  await install("@imagespec/builder-kaniko", "kaniko", source("kaniko", "k:1"));
  await install("@imagespec/builder-uv-micromamba", "uv-micromamba", source("uv-micromamba", "u:1"));
  const dependencies = { "@imagespec/builder-kaniko": "1", "@imagespec/builder-uv-micromamba": "1" };
  await write("package.json", { dependencies });
  const registry = new BuilderRegistry({ starts: () => [root], plugins: [], discover: true, env: () => ({}) });
  const types = ["kaniko", "uv-micromamba"];
  const first = await Promise.all(types.map((type) => registry.named(type)));
  await rm(join(root, "node_modules"), { recursive: true });
  const again = await Promise.all(types.map((type) => registry.named(type)));
  expect(again.map(({ file }) => file)).toEqual(first.map(({ file }) => file));
});
