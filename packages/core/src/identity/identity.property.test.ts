import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import { identify } from "./identify.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "identity-"));
  mkdirSync(join(root, "src/pkg"), { recursive: true });
  writeFileSync(join(root, "src/main.py"), "print()\n");
  writeFileSync(join(root, "src/pkg/data"), "data");
  symlinkSync("../main.py", join(root, "src/pkg/link"));
  writeFileSync(join(root, "requirements.txt"), "-r more.txt\n");
  writeFileSync(join(root, "more.txt"), "six\n");
  writeFileSync(join(root, "one"), "1");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const identity = async (parameters: ImageSpecParameters, folder = root) =>
  identify(
    await resolveSpec(new ImageSpec(parameters, { root: folder }), {
      env: { IMAGESPEC_CACHE_DIR: join(root, "cache") },
      skipSecretFiles: true,
    }),
  );
const tagOf = async (parameters: ImageSpecParameters, folder = root) => (await identity(parameters, folder)).tag;

const full: ImageSpecParameters = {
  name: "a",
  pythonVersion: "3.11",
  builder: "kaniko",
  sourceRoot: "src",
  sourceCopyMode: "all",
  env: { A: "1" },
  registry: "ghcr.io/x",
  packages: ["numpy"],
  requirements: "requirements.txt",
  aptPackages: ["git"],
  baseImage: "debian",
  platform: "linux/amd64",
  pipIndex: "https://host/a",
  pipExtraIndexUrl: ["https://host/b"],
  pipSecretMounts: [["s", "/s"]],
  pipExtraArgs: "--no-deps",
  torchBackend: "cpu",
  registryConfig: "config.json",
  entrypoint: ["x"],
  commands: ["date"],
  tagFormat: "{spec_hash}",
  copy: ["one"],
  runtimePackages: ["ipdb"],
  builderOptions: { a: 1 },
  builderConfig: { uvImage: "uv:1" },
};

describe("the tag", () => {
  it.each<ImageSpecParameters>([
    { name: "b" },
    { pythonVersion: "3.12" },
    { sourceRoot: undefined, sourceCopyMode: undefined },
    { sourceCopyMode: "loaded_modules" },
    { env: { A: "2" } },
    { env: { B: "1" } },
    { packages: ["numpy", "pandas"] },
    { requirements: "more.txt" },
    { requirements: undefined },
    { aptPackages: ["curl"] },
    { baseImage: "debian:bookworm" },
    { platform: "linux/arm64" },
    { platform: "linux/amd64,linux/arm64" },
    { pipIndex: "https://host/c" },
    { pipExtraIndexUrl: ["https://host/c"] },
    { pipExtraArgs: "--no-build" },
    { torchBackend: "cu126" },
    { entrypoint: [] },
    { entrypoint: undefined },
    { entrypoint: ["x", "y"] },
    { commands: ["date", "date"] },
    { copy: ["more.txt"] },
    { builderOptions: { a: 2 } },
    { builderConfig: { micromambaImage: "m:1" } },
    { cuda: "12.4.1", baseImage: undefined },
    { cuda: "12.4.1", cudnn: "9", baseImage: undefined },
    { condaPackages: ["x"] },
    { condaPackages: ["x"], condaChannels: ["nvidia"] },
    { pythonExec: "/usr/bin/python3", pythonVersion: undefined },
  ])("changes with %j", async (change) => {
    expect(await tagOf({ ...full, ...change })).not.toBe(await tagOf(full));
  });

  it.each<ImageSpecParameters>([
    { registry: "localhost:5000" },
    { registry: undefined },
    { builder: undefined },
    { pipSecretMounts: undefined },
    { registryConfig: undefined },
    { runtimePackages: ["other"] },
    { tagFormat: undefined },
    { sourceRoot: "./src/" },
    { copy: ["./one"] },
    { platform: "linux/x86_64" },
    { condaPackages: [], condaChannels: [] },
  ])("and the id do not change with %j", async (change) => {
    const [before, after] = [await identity(full), await identity({ ...full, ...change })];
    expect(after).toEqual(before);
  });

  it("has the id of the parameters, files left out, in it", async () => {
    const before = await identity(full);
    writeFileSync(join(root, "src/main.py"), "print(1)\n");
    const after = await identity(full);
    expect(after.id).toBe(before.id);
    expect(after.tag).not.toBe(before.tag);
    expect(JSON.parse(after.document)).toMatchObject({ imagespec: 1, recipe: 1, id: new ImageSpec(full, { root }).id });
  });

  it.each<[string, () => void]>([
    ["a byte of a source", () => writeFileSync(join(root, "src/main.py"), "print();")],
    ["an execute bit", () => chmodSync(join(root, "src/main.py"), 0o755)],
    ["the path of a source", () => renameSync(join(root, "src/main.py"), join(root, "src/pkg/main.py"))],
    ["a link's target", () => [rmSync(join(root, "src/pkg/link")), symlinkSync("data", join(root, "src/pkg/link"))]],
    [
      "a link that becomes a file",
      () => [rmSync(join(root, "src/pkg/link")), cpSync(join(root, "src/main.py"), join(root, "src/pkg/link"))],
    ],
    ["a copied file", () => writeFileSync(join(root, "one"), "2")],
    ["a nested requirements file", () => writeFileSync(join(root, "more.txt"), "six<2\n")],
  ])("changes with %s", async (_, change) => {
    const before = await tagOf(full);
    change();
    expect(await tagOf(full)).not.toBe(before);
  });

  it.each<[string, () => void]>([
    ["an empty folder", () => mkdirSync(join(root, "src/empty/deep/__pycache__"), { recursive: true })],
    ["permissions that git does not keep", () => chmodSync(join(root, "one"), 0o600)],
    [
      "files that are left out",
      () => [mkdirSync(join(root, "src/__pycache__")), writeFileSync(join(root, "src/__pycache__/x.pyc"), "")],
    ],
    ["files it does not name", () => writeFileSync(join(root, "other"), "")],
    ["the content of secrets", () => writeFileSync(join(root, "s"), "secret")],
  ])("does not change with %s", async (_, change) => {
    const before = await tagOf(full);
    change();
    expect(await tagOf(full)).toBe(before);
  });

  it("is the same in another folder, by relative and by absolute paths", async () => {
    const other = mkdtempSync(join(tmpdir(), "elsewhere-"));
    cpSync(root, other, { recursive: true, verbatimSymlinks: true });
    expect(await tagOf(full, other)).toBe(await tagOf(full));
    const absolute = (folder: string) => ({
      ...full,
      sourceRoot: join(folder, "src"),
      requirements: join(folder, "requirements.txt"),
    });
    expect(await tagOf(absolute(other), other)).toBe(await tagOf(full));
    rmSync(other, { recursive: true });
  });

  it("is one for equal specs and another for different ones", async () => {
    const word = fc.constantFrom("a", "b", "ab", "a=b", "c");
    const list = fc.option(fc.array(word, { maxLength: 3 }), { nil: undefined });
    const specs = fc.record({
      commands: list,
      entrypoint: list,
      env: fc.option(
        fc.dictionary(fc.constantFrom("a", "b", "ab"), fc.constantFrom("", "a", "b", "bc", "c"), { maxKeys: 2 }),
        { nil: undefined },
      ),
      aptPackages: fc.option(fc.array(fc.constantFrom("git", "gi", "t"), { maxLength: 3 }), { nil: undefined }),
    });
    // What two specs must agree in to be one image: empty lists are as unset, but for the entrypoint.
    const form = ({
      commands,
      entrypoint,
      env,
      aptPackages,
    }: {
      commands?: unknown[] | undefined;
      entrypoint?: unknown[] | undefined;
      env?: object | undefined;
      aptPackages?: unknown[] | undefined;
    }) => JSON.stringify([commands ?? [], entrypoint ?? null, Object.entries(env ?? {}).sort(), aptPackages ?? []]);
    await fc.assert(
      fc.asyncProperty(specs, specs, async (left, right) => {
        expect((await tagOf(left)) === (await tagOf(right))).toBe(form(left) === form(right));
      }),
      { numRuns: process.env.IMAGESPEC_TEST_FULL === "1" ? 10_000 : 1500 },
    );
  }, 600_000);

  it("does not depend on the order of keys", async () => {
    const keys = Object.keys(full) as (keyof ImageSpecParameters)[];
    const expected = await tagOf(full);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(keys, { minLength: keys.length }), async (order) => {
        expect(await tagOf(Object.fromEntries(order.map((key) => [key, full[key]])))).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  it("is the same from another process, whatever its folder, time zone, locale and umask", async () => {
    const script = join(root, "tag.sh");
    const entry = new URL("../../dist/index.js", import.meta.url).href;
    const code = `const { ImageSpec } = await import(${JSON.stringify(entry)}); console.log(await new ImageSpec(${JSON.stringify(full)}, { root: ${JSON.stringify(root)} }).tag())`;
    writeFileSync(script, `umask "$1"; cd "$2"; exec "$3" --input-type=module -e "$4"`);
    const expected = await tagOf(full);
    for (const [umask, cwd, env] of [
      ["077", "/", { TZ: "Asia/Tokyo", LC_ALL: "C", LANG: "C" }],
      ["000", root, { TZ: "America/New_York", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8" }],
    ] as const) {
      const output = execFileSync("/bin/sh", [script, umask, cwd, process.execPath, code], {
        encoding: "utf8",
        env: { PATH: process.env.PATH, HOME: root, ...env },
      });
      expect(output.trim()).toBe(expected);
    }
  });
});
