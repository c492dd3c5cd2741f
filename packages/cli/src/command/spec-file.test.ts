import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ImageSpec } from "@imagespec/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliFolder } from "../fixtures/cli-process.ts";

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
});
afterEach(() => cli.remove());

const parameters = { name: "app", platform: "linux/amd64", base_image: "base:1" };

describe("standard input", () => {
  it.each([
    ["JSON", JSON.stringify(parameters)],
    ["JSON with a byte order mark", `\uFEFF${JSON.stringify(parameters)}`],
    ["YAML", "name: app\nplatform: linux/amd64\nbase_image: base:1\n"],
    ["YAML in flow style", "{ name: app, platform: linux/amd64, base_image: 'base:1' }"],
  ])("holds %s", async (_, input) => {
    const tag = await ImageSpec.parse(parameters, { root: cli.path }).tag();
    expect(await cli.run(["tag", "-"], { input })).toEqual({ code: 0, stdout: `${tag}\n`, stderr: "" });
  });

  it("starts relative paths from the working directory, or from --root", async () => {
    await cli.write("a/src/x.py", "1");
    const input = JSON.stringify({ source_root: "src" });
    const here = await cli.run(["tag", "-"], { input, cwd: join(cli.path, "a") });
    expect(here).toMatchObject({ code: 0, stdout: expect.stringMatching(/^[a-z2-7]{26}\n$/) });
    expect(await cli.run(["tag", "-", "--root", "a"], { input })).toEqual(here);
    expect(await cli.run(["tag", "-"], { input })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/E_INPUT_FILE: .*src/),
    });
  });

  it("names line and column of what is not YAML", async () => {
    const { code, stderr } = await cli.run(["tag", "-"], { input: "name: a\nenv: [\n" });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/E_INPUT_FILE: standard input:\d+:\d+: not YAML/)]);
  });

  it.each([
    ["bytes that are not UTF-8", Buffer.from("env: { A: caf\xe9 }\n", "latin1"), "UTF-8"],
    ["a name twice", '{ "env": { "A": "1", "A": "2" } }', '"A" twice'],
  ])("may not hold %s", async (_, input, message) => {
    const { code, stderr } = await cli.run(["tag", "-"], { input });
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("is read up to a limit", async () => {
    const { code, stderr } = await cli.run(["tag", "-"], { input: `name: a\n${"#".repeat(17 * 1024 * 1024)}` });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/standard input holds more than 16 MiB/)]);
  });

  it("that never ends is left when a signal comes", async () => {
    // Says when the program has begun to listen for signals; one that came before would end it by itself.
    const code = `process.on("newListener", (name) => name === "beforeExit" && console.error("ready"));`;
    const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
    const { child, ended } = cli.start(["tag", "-"], { env });
    child.stdin.write("name: a\n");
    await once(child.stderr, "data");
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining("E_ABORTED") });
  });
});

it("imports this program's own core where a loader such as Yarn's finds none", async () => {
  const loader = `
    import { registerHooks } from "node:module";
    const missing = () => Object.assign(new Error("it isn't declared"), { code: "MODULE_NOT_FOUND" });
    const isSpec = ({ parentURL }) => parentURL?.endsWith("/imagespec.mjs");
    const resolve = (name, context, next) => { if (isSpec(context)) throw missing(); return next(name, context); };
    registerHooks({ resolve });`;
  const file = await cli.write("loader.mjs", loader);
  const spec = `import { ImageSpec } from "@imagespec/core"; export default ImageSpec.parse(${JSON.stringify(parameters)});`;
  await cli.write("imagespec.mjs", spec);
  const { code, stderr } = await cli.run(["tag"], { env: { NODE_OPTIONS: `--import=${pathToFileURL(file)}` } });
  expect([code, stderr]).toEqual([0, ""]);
});

describe("--root", () => {
  it.each([
    ["a.json", JSON.stringify({ copy: ["x.txt"] })],
    ["a.ts", `import { ImageSpec } from "@imagespec/core"; export default new ImageSpec({ copy: ["x.txt"] });`],
  ])("replaces the folder of %s", async (name, content) => {
    await cli.write(`specs/${name}`, content);
    await cli.write("data/x.txt", "x");
    expect(await cli.run(["render", `specs/${name}`, "--files", "--root", "data"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/copy\/x\.txt/),
    });
  });

  it("must be a folder", async () => {
    await cli.write("imagespec.json", parameters);
    for (const root of ["gone", "imagespec.json"]) {
      const { code, stderr } = await cli.run(["tag", "--root", root]);
      expect([code, stderr]).toEqual([2, expect.stringMatching(/E_INPUT_FILE: .*--root.* is not a folder/)]);
    }
  });
});

describe("YAML as people write it", () => {
  it("merges defaults, and leaves the file its own x- keys", async () => {
    await cli.write(
      "imagespec.yaml",
      `x-defaults: &defaults { platform: linux/amd64, base_image: "base:1" }
images:
  app: { <<: *defaults, name: app }
  other:
    <<: *defaults
    base_image: other:1
`,
    );
    const { stdout } = await cli.run(["tag"]);
    const app = await ImageSpec.parse(parameters).tag();
    const other = await ImageSpec.parse({ platform: "linux/amd64", base_image: "other:1" }).tag();
    expect(stdout).toBe(`app\t${app}\nother\t${other}\n`);
  });
});

describe("what is not meant to be read", () => {
  const deep = (open: string, close: string) => `${open.repeat(20_000)}${close.repeat(20_000)}`;
  it.each([
    ["JSON", "a.json", `{"env":${deep("[", "]")}}`],
    ["YAML", "a.yaml", `env: ${deep("[", "]")}`],
    ["YAML in block style", "a.yaml", Array.from({ length: 3000 }, (_, level) => `${" ".repeat(level)}a:`).join("\n")],
    ["a module", "a.mjs", "const env = {}; env.env = env; export default { env };"],
    [
      "base images",
      "a.mjs",
      "let spec = {}; for (let i = 0; i < 1e5; i++) spec = { base_image: spec }; export default spec;",
    ],
    [
      "images of one file",
      "a.mjs",
      `export default { images: Object.fromEntries(Array.from({ length: 1e4 }, (_, i) => ["i" + i, { base_image: { image: "i" + (i + 1) } }])) };`,
    ],
  ])("%s nested without measure is a fault of the spec", async (_, name, content) => {
    await cli.write(name, content);
    const { code, stderr } = await cli.run(["tag", name]);
    const place = name === "a.json" ? " \\(a\\.json:1:10\\)" : "";
    const said = new RegExp(`^error: E_SPEC: .*nested more than 100 levels deep${place}\nhint: `);
    expect([code, stderr]).toEqual([2, expect.stringMatching(said)]);
  });

  it("a pipe, a socket or a device in place of the file", async () => {
    execFileSync("mkfifo", [join(cli.path, "imagespec.yaml")]);
    expect(await cli.run(["tag"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/is not a file\nhint: .*`-`/),
    });
    expect(await cli.run(["tag", "/dev/zero"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("E_INPUT_FILE"),
    });
  });

  it("names that every object has are neither images nor builders", async () => {
    const images = JSON.stringify({
      a: { base_image: { image: "__proto__" } },
      b: { base_image: { image: { toString: 1 } } },
    });
    const { code, stderr } = await cli.run(["tag", "-"], { input: `{ "images": ${images} }` });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/images\.a\.base_image: .*"__proto__"[\s\S]*images\.b/)]);
    for (const builder of ["toString", "constructor", "__proto__"]) {
      const { code, stderr } = await cli.run(["build", "-", "--builder", builder], { input: "{}" });
      expect([code, stderr]).toEqual([1, expect.stringContaining(`Builder "${builder}" is not installed`)]);
      expect(stderr).toMatch(/\nhint: Install its package/);
    }
    await cli.write("imagespec.json", { images: { a: {} } });
    for (const name of ["constructor", "__proto__", "toString"]) {
      expect(await cli.run(["tag", "--target", name])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`"${name}"`),
      });
    }
  });
});

describe("--id", () => {
  it.each([
    ["spec.json", JSON.stringify(parameters)],
    [
      "spec.mjs",
      `import { ImageSpec } from "@imagespec/core"; export default ImageSpec.parse(${JSON.stringify(parameters)});`,
    ],
  ])("replaces the id of %s, and moves the tag", async (name, content) => {
    await cli.write(name, content);
    const tag = await ImageSpec.parse(parameters, { root: cli.path, id: "of_my_own=" }).tag();
    expect(tag).not.toBe(await ImageSpec.parse(parameters, { root: cli.path }).tag());
    expect((await cli.run(["tag", name, "--id", "of_my_own="])).stdout).toBe(`${tag}\n`);
    const plan = JSON.parse((await cli.run(["plan", name, "--id", "of_my_own="])).stdout);
    expect(plan.steps.at(-1)).toEqual({ kind: "id", variable: "_F_IMG_ID", value: "of_my_own=" });
  });

  it("is for one image, and must be an id", async () => {
    const input = JSON.stringify({ images: { a: parameters, b: parameters } });
    expect(await cli.run(["tag", "-", "--id", "x"], { input })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/E_OPTIONS: .*--id takes one\nhint: .*--target a\|b/),
    });
    expect(await cli.run(["plan", "-", "--target", "a", "--target", "b"], { input })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/E_OPTIONS: --target names 2 images, and plan takes one\nhint: .*--target a\|b/),
    });
    expect(await cli.run(["tag", "-", "--id", "x", "--target", "b"], { input })).toMatchObject({ code: 0 });
    expect(await cli.run(["tag", "-", "--id", "a b"], { input: JSON.stringify(parameters) })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/E_OPTIONS: .*"a b"/),
    });
  });
});
