import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageSpecError } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ImageSpecBuilder, Probe } from "../builder/builder.ts";
import { type Behaviour, FakeBuilder } from "../engine/fixtures/fake-builder.ts";
import { ImageBuildEngine } from "../engine/image-build-engine.ts";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "run-builders-"));
});
afterEach(() => rm(folder, { recursive: true }));

const unusable = async (): Promise<Probe> => ({
  usable: false,
  reason: "no tool",
  hint: "Install tool.",
  code: "E_DAEMON",
});
const local = (parameters: ImageSpecParameters = {}) =>
  new ImageSpec({ name: "app", baseImage: "base:1", platform: "linux/amd64", ...parameters });

function engine(builders: [ImageSpecBuilder, number][], discover = false) {
  const env = { DOCKER_HOST: `unix://${folder}/no.sock`, HOME: folder, IMAGESPEC_CACHE_DIR: folder };
  return new ImageBuildEngine({
    builders: builders.map(([builder, priority]) => ({ builder, priority })),
    discover,
    root: folder,
    env,
  });
}

describe("without a name", () => {
  it("takes the first by priority that can, and asks none after it", async () => {
    const [low, mid, high] = [
      new FakeBuilder("low"),
      new FakeBuilder("mid"),
      new FakeBuilder("high", { probe: unusable }),
    ];
    const outcome = await engine([
      [low, 1],
      [mid, 5],
      [high, 9],
    ]).build(local());
    expect(outcome).toMatchObject({ status: "built", builder: "mid", reference: await local().imageName() });
    expect(outcome.reasons?.at(-1)).toBe("high (priority 9): no tool");
    expect([high.asked, mid.asked, low.asked]).toEqual([["supports", "probe"], ["supports", "probe", "build"], []]);
  });

  it("orders equal priorities by type", async () => {
    const outcome = await engine([
      [new FakeBuilder("b"), 5],
      [new FakeBuilder("a"), 5],
    ]).build(local());
    expect(outcome.builder).toBe("a");
  });

  it("does not probe what cannot do the spec, nor what refuses the options", async () => {
    const unsupported = ["aptPackages", "commands"].map((parameter) => ({ parameter, reason: "no root" }));
    const picky = new FakeBuilder("picky", { unsupported });
    const strict = new FakeBuilder("strict", { schema: z.strictObject({ network: z.string().optional() }) });
    const easy = new FakeBuilder("easy");
    const outcome = await engine([
      [picky, 9],
      [strict, 8],
      [easy, 1],
    ]).build(local({ builderOptions: { target: "x" } }));
    expect(outcome.builder).toBe("easy");
    const [, first, second] = outcome.reasons ?? [];
    expect(first).toBe("picky (priority 9): aptPackages, commands: no root");
    expect(second).toMatch(/^strict.*builderOptions/s);
    expect([picky.asked, strict.asked]).toEqual([["supports"], []]);
  });

  it("goes on when a builder refuses late, and says why", async () => {
    const late = new FakeBuilder("late", {
      build: () => {
        throw new ImageSpecError("E_UNSUPPORTED", "package x has no wheel");
      },
    });
    const warnings: string[] = [];
    const outcome = await engine([
      [late, 9],
      [new FakeBuilder("next"), 1],
    ]).build(local(), {
      onEvent: (event) => event.type === "warning" && warnings.push(event.message),
    });
    expect(outcome).toMatchObject({
      builder: "next",
      reasons: expect.arrayContaining(["late (priority 9): package x has no wheel"]),
    });
    expect(warnings.join()).toContain("package x has no wheel");
  });

  it("does not go on after any other failure", async () => {
    const next = new FakeBuilder("next");
    const broken = new FakeBuilder("broken", { build: () => Promise.reject(new Error("disk full")) });
    await expect(
      engine([
        [broken, 9],
        [next, 1],
      ]).build(local()),
    ).rejects.toMatchObject({
      code: "E_BUILD",
      message: expect.stringContaining("disk full"),
    });
    expect(next.asked).toEqual([]);
  });

  it("passes over a builder that throws when it is asked, and says so", async () => {
    const outcome = await engine([
      [new FakeBuilder("odd", { unsupported: "throws" }), 9],
      [new FakeBuilder("good"), 1],
    ]).build(local());
    expect(outcome).toMatchObject({ builder: "good" });
    expect(outcome.reasons?.join()).toMatch(/odd \(priority 9\): it failed when it was asked about the spec: odd/);
    const named = engine([[new FakeBuilder("odd", { unsupported: "throws" }), 9]]).build(local({ builder: "odd" }));
    await expect(named).rejects.toMatchObject({ code: "E_BUILDER_LOAD" });
  });

  it.each(["windows/amd64", "linux/amd64,darwin/arm64"])("refuses %s before anything is built", async (platform) => {
    const linux = new FakeBuilder("linux", { unsupported: [{ parameter: "platform", reason: "not mine" }] });
    const spec = local({ platform, builder: "linux" });
    await expect(engine([[linux, 5]]).build(spec)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringMatching(/: platform: it makes images for linux, not (windows|darwin)\/...64$/),
      hint: expect.stringContaining("name no builder"),
    });
    expect(linux.asked).not.toContain("build");
    const any = new FakeBuilder("any", { systems: undefined });
    expect(
      await engine([
        [linux, 5],
        [any, 1],
      ]).build(local({ platform })),
    ).toMatchObject({ builder: "any" });
  });

  it("lists every builder with priority and reason when none is left, and what to install", async () => {
    const throwing = new FakeBuilder("throwing", { probe: () => Promise.reject(new Error("odd")) });
    const error = await engine([
      [new FakeBuilder("tool", { probe: unusable }), 9],
      [throwing, 2],
    ])
      .build(local())
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "E_NO_BUILDER" });
    const { message, hint } = error as ImageSpecError;
    expect(message).toContain("tool (priority 9): no tool");
    expect(message).toContain("throwing (priority 2): its probe failed: odd");
    expect(hint).toContain("Install tool.");
    expect(hint).toMatch(/^Or install another builder: `npm install \S+uv-micromamba` or .*docker-buildx` or /m);
  });

  it("imports lower builders only when those above them were passed over", async () => {
    const install = async (name: string, priority: number, usable: boolean) => {
      const at = join(folder, "node_modules", name);
      await mkdir(at, { recursive: true });
      const builders = { [name]: { entry: "./b", priority } };
      const exports = { "./b": "./b.mjs" };
      await writeFile(
        join(at, "package.json"),
        JSON.stringify({ name, exports, imagespec: { apiVersion: 1, builders } }),
      );
      await writeFile(
        join(at, "b.mjs"),
        `globalThis.imported = [...(globalThis.imported ?? []), "${name}"];
         export default { [Symbol.for("imagespec.builder")]: 1, builderType: "${name}",
           supports: () => ${usable ? "[]" : '[{ parameter: "env", reason: "no" }]'}, buildImage: async () => undefined };`,
      );
    };
    await Promise.all([install("first", 9, false), install("second", 5, true), install("third", 1, true)]);
    const dependencies = { first: "1", second: "1", third: "1" };
    await writeFile(join(folder, "package.json"), JSON.stringify({ dependencies }));
    expect(await engine([], true).build(local())).toMatchObject({ builder: "second" });
    expect((globalThis as { imported?: string[] }).imported).toEqual(["first", "second"]);
  });
});

describe("with a name", () => {
  it("uses that one, in place of a better one", async () => {
    const better = new FakeBuilder("better");
    const outcome = await engine([
      [better, 9],
      [new FakeBuilder("named"), 0],
    ]).build(local({ builder: "named" }));
    expect(outcome.builder).toBe("named");
    expect(better.asked).toEqual([]);
  });

  it("the call's name and options go before the spec's, and leave the tag alone", async () => {
    const named = new FakeBuilder("named");
    const spec = local({ builder: "better", builderOptions: { a: 1, b: 1 } });
    const outcome = await engine([
      [new FakeBuilder("better"), 9],
      [named, 0],
    ]).build(spec, {
      builder: "named",
      builderOptions: { b: 2, c: 3 },
    });
    expect(named.request?.options).toEqual({ a: 1, b: 2, c: 3 });
    expect(outcome.tag).toBe(await spec.tag());
  });

  it.each<[string, Behaviour, string, string]>([
    [
      "cannot do the spec",
      { unsupported: [{ parameter: "commands", reason: "no shell" }] },
      "E_UNSUPPORTED",
      "commands: no shell",
    ],
    ["cannot work here", { probe: unusable }, "E_DAEMON", "no tool"],
    ["does not take the options", { schema: z.strictObject({}) }, "E_OPTIONS", "x"],
  ])("fails when it %s, though another could", async (_, behaviour, code, message) => {
    const other = new FakeBuilder("other");
    const build = engine([
      [other, 9],
      [new FakeBuilder("named", behaviour), 0],
    ]).build(local({ builder: "named", builderOptions: { x: 1 } }));
    await expect(build).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(other.asked).toEqual([]);
  });

  it("refuses a credential in the call's options, before anything else", async () => {
    const named = new FakeBuilder("named");
    const build = engine([[named, 1]]).build(local({ builder: "named" }), {
      builderOptions: { buildArgs: { INDEX: "https://user:CANARY@host/simple" } },
    });
    const error = await build.catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "E_OPTIONS",
      message: expect.stringMatching(/builderOptions: .*\*\*\*@host/),
    });
    expect(JSON.stringify([(error as Error).message, error])).not.toContain("CANARY");
    expect(named.asked).toEqual([]);
  });

  it("fails when it is not installed, before anything else", async () => {
    const build = engine([[new FakeBuilder("other"), 1]]).build(
      local({ builder: "kaniko", requirements: "missing.txt" }),
    );
    await expect(build).rejects.toMatchObject({
      code: "E_BUILDER_UNKNOWN",
      message: expect.stringContaining("Installed: other"),
      hint: expect.stringContaining("@imagespec/builder-kaniko"),
    });
  });

  it("is not built when it says so", async () => {
    const named = new FakeBuilder("named", { should: false });
    expect(await engine([[named, 1]]).build(local({ builder: "named" }))).toMatchObject({ status: "reused" });
    expect(named.asked).toEqual(["supports", "probe"]);
  });

  it.each([
    [
      "a string with a digest",
      `r.example/app:t@sha256:${"b".repeat(64)}`,
      "r.example/app:t",
      `sha256:${"b".repeat(64)}`,
    ],
    ["a string without", "r.example/other:t", "r.example/other:t", undefined],
    [
      "a digest without a tag",
      `r.example/app@sha256:${"b".repeat(64)}`,
      `r.example/app@sha256:${"b".repeat(64)}`,
      undefined,
    ],
  ])("may return %s", async (_, returned, reference, digest) => {
    const outcome = await engine([[new FakeBuilder("named", { build: () => returned }), 1]]).build(
      local({ builder: "named" }),
    );
    expect([outcome.reference, outcome.digest]).toEqual([reference, digest]);
  });
});

it("registers builders of one engine alone, and of the default one through the class", () => {
  const own = engine([]);
  own.register("mine", new FakeBuilder("mine"), 7);
  own.register("default", new FakeBuilder("default"));
  expect([...own.getRegistry()].map(([type, { priority }]) => [type, priority])).toEqual([
    ["mine", 7],
    ["default", 5],
  ]);
  ImageBuildEngine.register("shared", new FakeBuilder("shared"), 3);
  expect(ImageBuildEngine.getRegistry().get("shared")?.priority).toBe(3);
  expect(ImageBuildEngine.getRegistry().has("mine")).toBe(false);
  expect(() => own.register("bad", {} as ImageSpecBuilder)).toThrow(
    expect.objectContaining({ code: "E_BUILDER_LOAD" }),
  );
});
