import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { ImageSpec } from "@imagespec/core";
import { pushImage, RegistryClient } from "@imagespec/registry";
import { startRegistry } from "@imagespec/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliFolder } from "./fixtures/cli-process.ts";

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
});
afterEach(() => cli.remove());

describe("spec files", () => {
  const parameters = { name: "app", platform: "linux/amd64", base_image: "base:1", env: { A: "1" } };
  const tagOf = (root: string) => ImageSpec.parse(parameters, { root }).tag();

  it.each([
    ["imagespec.json", JSON.stringify(parameters)],
    ["imagespec.yaml", "name: app\nplatform: linux/amd64\nbase_image: base:1\nenv: { A: '1' }\n"],
    ["imagespec.yml", `{ "$schema": "x", ${JSON.stringify(parameters).slice(1)}`],
    ["imagespec.mjs", `export default ${JSON.stringify(parameters)}`],
    ["imagespec.js", `module.exports = ${JSON.stringify(parameters)}`],
    [
      "imagespec.ts",
      `import { ImageSpec } from "@imagespec/core"; const env: Record<string, string> = { A: "1" };
       export default new ImageSpec({ name: "app", platform: "linux/amd64", baseImage: "base:1", env });`,
    ],
  ])("finds and reads %s of the working directory", async (name, content) => {
    await cli.write(name, content);
    expect(await cli.run(["tag"])).toEqual({ code: 0, stdout: `${await tagOf(cli.path)}\n`, stderr: "" });
  });

  it("reads a spec in TypeScript below a package.json of CommonJS, which npm init writes", async () => {
    await cli.write("package.json", { type: "commonjs" });
    await cli.write(
      "imagespec.ts",
      `import { ImageSpec } from "@imagespec/core"; export default ImageSpec.parse(${JSON.stringify(parameters)})`,
    );
    expect(await cli.run(["tag"])).toEqual({ code: 0, stdout: `${await tagOf(cli.path)}\n`, stderr: "" });
  });

  it("reads the settings in TypeScript, a builder that they name and what a spec imports, below such a package.json", async () => {
    await cli.write("package.json", { type: "commonjs" });
    await cli.write("common.ts", `export const common: object = ${JSON.stringify(parameters)};`);
    await cli.write("imagespec.ts", `import { common } from "./common.ts"; export default common;`);
    await cli.write("old.ts", `module.exports = ${JSON.stringify(parameters)} as object;`);
    await cli.write(
      "imagespec.config.ts",
      `import type {} from "node:fs"; export default { plugins: ["./builder.ts"], builder: "own" };`,
    );
    await cli.write(
      "builder.ts",
      `export default { [Symbol.for("imagespec.builder")]: 1, builderType: "own", buildImage: (): void => {} };`,
    );
    for (const name of ["imagespec.ts", "old.ts"])
      expect(await cli.run(["tag", name])).toEqual({ code: 0, stdout: `${await tagOf(cli.path)}\n`, stderr: "" });
    const { stdout } = await cli.run(["doctor"], { env: { DOCKER_HOST: "unix:///nowhere" } });
    expect(stdout).toMatch(/^own .*usable/m);
  });

  it("says how JavaScript below such a package.json is named, or is marked as modules", async () => {
    await cli.write("package.json", { type: "commonjs" });
    await cli.write("imagespec.js", `export default ${JSON.stringify(parameters)};`);
    const hint =
      /\nhint: Rename \S+imagespec(\.config)?\.js to \.mjs, or write "type": "module" into the package\.json/;
    expect(await cli.run(["tag"])).toMatchObject({ code: 2, stderr: expect.stringMatching(hint) });
    await cli.write("imagespec.config.js", `import "node:fs"; export default {};`);
    expect(await cli.run(["builders"])).toMatchObject({ code: 2, stderr: expect.stringMatching(hint) });
  });

  it("resolves relative paths against the file's folder, from any working directory", async () => {
    await cli.write("a/requirements.txt", "six\n");
    await cli.write(
      "a/spec.ts",
      `import { ImageSpec } from "@imagespec/core"; export default new ImageSpec({ requirements: "requirements.txt" })`,
    );
    await cli.write("a/spec.json", { requirements: "requirements.txt" });
    await mkdir(join(cli.path, "b"));
    const answers = [];
    for (const cwd of ["a", "b"]) {
      for (const file of ["spec.ts", "spec.json"])
        answers.push(await cli.run(["tag", `../a/${file}`], { cwd: join(cli.path, cwd) }));
    }
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
    expect(answers[0]).toMatchObject({ code: 0, stderr: "" });
  });

  it("prints several targets bases first, one with --target", async () => {
    const images = { app: { name: "app", base_image: { image: "base" } }, base: { name: "base", packages: ["six"] } };
    await cli.write("imagespec.json", { images });
    const { stdout } = await cli.run(["tag"]);
    expect(stdout).toMatch(/^base\t[a-z2-7]{26}\napp\t[a-z2-7]{26}\n$/);
    expect((await cli.run(["tag", "--target", "app"])).stdout).toBe(`${stdout.split(/[\t\n]/)[3]}\n`);
    const base = new ImageSpec({ name: "base", packages: ["six"] });
    expect(stdout.split(/[\t\n]/)[3]).toBe(await new ImageSpec({ name: "app", baseImage: base }).tag());
  });
});

describe("bad usage and bad specs exit with 2 and one clear error", () => {
  it.each<[string, string[], string | object | undefined, RegExp]>([
    ["no command", [], undefined, /E_OPTIONS: No command[\s\S]*hint: .*build/],
    ["an unknown command", ["frobnicate"], undefined, /E_OPTIONS: .*"frobnicate"/],
    ["an unknown option", ["tag", "--fast"], {}, /E_OPTIONS: .*'--fast'[\s\S]*--target/],
    ["an option without its value", ["build", "--platform"], {}, /E_OPTIONS: .*--platform/],
    ["two files", ["tag", "a", "b"], {}, /E_OPTIONS: .*one file/],
    ["a builder option without =", ["build", "--builder-option", "x"], {}, /E_OPTIONS: .* is invalid\nhint: .*k=v/],
    ["an unknown policy", ["build", "--on-unknown", "maybe"], {}, /E_OPTIONS: .*maybe[\s\S]*assume/],
    ["no file", ["tag"], undefined, /E_INPUT_FILE: No imagespec\./],
    ["a file that is missing", ["tag", "gone.yaml"], undefined, /E_INPUT_FILE: .*gone\.yaml/],
    ["a file of no known kind", ["tag", "imagespec.toml"], undefined, /E_INPUT_FILE: .*imagespec\.toml/],
    ["a folder", ["tag", "."], undefined, /E_INPUT_FILE: .*not a file/],
    ["broken JSON", ["tag"], "{", /E_INPUT_FILE: .*not JSON/],
    ["a list", ["tag"], [], /E_SPEC/],
    ["faults", ["tag"], { name: 7, packges: [] }, /E_SPEC[\s\S]*packges[\s\S]*packages[\s\S]*name/],
    ["a missing input file", ["build"], { requirements: "gone.txt" }, /E_INPUT_FILE: .*gone\.txt/],
    ["an unknown target", ["tag", "--target", "x"], { images: { a: {} } }, /E_OPTIONS: .*"x"[\s\S]*images a\./],
    [
      "an unknown base",
      ["tag"],
      { images: { a: { base_image: { image: "b" } } } },
      /E_SPEC[\s\S]*images\.a\.base_image[\s\S]*"b"/,
    ],
    [
      "a circle",
      ["tag"],
      { images: { a: { baseImage: { image: "b" } }, b: { baseImage: { image: "a" } } } },
      /E_CYCLE: .*a -> b -> a/,
    ],
    ["several targets for one answer", ["plan"], { images: { a: {}, b: {} } }, /E_OPTIONS: .*2 images[\s\S]*a\|b/],
  ])("%s", async (_, args, spec, message) => {
    await cli.write("imagespec.toml", "");
    if (spec !== undefined) await cli.write("imagespec.json", spec);
    const { code, stdout, stderr } = await cli.run(args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/\n *hint: /);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("names a YAML file whose aliases multiply without end", async () => {
    const tenfold = (name: string, inner: string) => `${name}: &${name} [${Array(10).fill(inner).join()}]\n`;
    await cli.write("imagespec.yaml", tenfold("a", "x") + tenfold("b", "*a") + tenfold("c", "*b") + tenfold("d", "*c"));
    expect(await cli.run(["tag"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/E_INPUT_FILE: .*alias/i) });
  });

  it("tells every fault once, its cure below it, and the same as data", async () => {
    await cli.write("imagespec.json", { name: "a b", apt_packages: ["-x"], env: { A: "https://u:p@CANARY@h" } });
    const { stderr } = await cli.run(["build"]);
    expect(stderr).toMatch(
      /^error: E_SPEC: the spec has 3 faults:\n- name: .*\n {2}hint: .*\n- aptPackages\[0\]: .*\n {2}hint: .*\n- env\.A: .*\n {2}hint: .*\n$/,
    );
    const { stdout } = await cli.run(["build", "--json"]);
    const { faults } = JSON.parse(stdout).details;
    expect(faults).toHaveLength(3);
    for (const { path, code, message, hint } of faults) {
      expect([path, code, message, hint]).toEqual([expect.any(Array), ...Array(3).fill(expect.stringMatching(/./))]);
      expect(stderr).toContain(`${message}\n  hint: ${hint}\n`);
    }
    expect(stdout + stderr).not.toContain("CANARY");
  });

  it("names line and column of broken YAML", async () => {
    await cli.write("imagespec.yaml", "name: app\nenv: { A: \n");
    expect(await cli.run(["tag"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/imagespec\.yaml:\d+:\d+: not YAML/),
    });
  });

  it("tells all images' faults at once", async () => {
    await cli.write("imagespec.json", { images: { a: { name: "?" }, b: { packages: 3 } } });
    const { stderr } = await cli.run(["tag"]);
    expect(stderr).toMatch(/images\.a\.name/);
    expect(stderr).toMatch(/images\.b\.packages/);
  });
});

describe("answers", () => {
  it("plan and render need neither network nor daemon", async () => {
    await cli.write(
      "imagespec.yaml",
      "name: app\nregistry: registry.invalid\nbase_image: base.invalid/x:1\ncommands: [date > /built]\n",
    );
    const env = { DOCKER_HOST: "unix:///nowhere.sock" };
    const plan = JSON.parse((await cli.run(["plan"], { env })).stdout);
    expect(plan).toMatchObject({ apiVersion: 1, recipe: 1, platforms: ["linux/amd64"], base: "base.invalid/x:1" });
    expect(plan.reference).toMatch(/^registry\.invalid\/app:[a-z2-7]{26}$/);
    expect(plan.steps.map(({ kind }: { kind: string }) => kind)).toEqual([
      "base",
      "env",
      "commands",
      "user",
      "labels",
      "id",
    ]);
    expect((await cli.run(["render"], { env })).stdout).toMatch(/^FROM base\.invalid\/x:1$[\s\S]*date > \/built/m);
  });

  it("render --files lists the context", async () => {
    await cli.write("src/main.py", "print()\n");
    await cli.write("imagespec.json", { source_root: "src" });
    expect((await cli.run(["render", "--files"])).stdout).toMatch(/^file\t0644\tsource\/main\.py\t8\t[0-9a-f]{64}$/m);
  });

  it("exists says one word, with an exit code of its own, and why it is unknown on standard error", async () => {
    await using registry = await startRegistry();
    await cli.write("imagespec.json", { name: "app", registry: registry.host });
    expect(await cli.run(["exists"])).toEqual({ code: 3, stdout: "absent\n", stderr: "" });
    await cli.write("imagespec.json", { name: "app", registry: "127.0.0.1:1" });
    const unknown = await cli.run(["exists"]);
    expect(unknown).toMatchObject({ code: 4, stdout: "unknown\n" });
    expect(unknown.stderr).toMatch(/E_REGISTRY_UNREACHABLE[\s\S]*127\.0\.0\.1:1[\s\S]*hint: /);
  });

  it("build asks one HEAD, and nothing else, for an image that is unchanged and whose platforms were read before", async () => {
    await using registry = await startRegistry();
    const client = new RegistryClient({ env: {} });
    const spec = { name: "app", registry: registry.host, platform: "linux/amd64" };
    await cli.write("imagespec.json", spec);
    const tag = await ImageSpec.parse(spec, { root: cli.path }).tag();
    const config = { os: "linux", architecture: "amd64", rootfs: { type: "layers", diff_ids: [] } };
    const { digest } = await pushImage(client.repository(`${registry.host}/app`), { config, layers: [] }, { tag });
    await client.close();
    const requests: string[][] = [];
    for (const _ of [1, 2]) {
      const before = registry.exchanges.length;
      const { code, stdout } = await cli.run(["build"]);
      expect([code, stdout]).toEqual([0, `${registry.host}/app:${tag}@${digest}\n`]);
      requests.push(registry.exchanges.slice(before).map(({ method, path }) => `${method} ${path}`));
    }
    expect(requests[0]?.length).toBeGreaterThan(1);
    expect(requests[1]).toEqual([`HEAD /v2/app/manifests/${tag}`]);
  });

  it("a signal ends it at once while a registry is silent", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    const { port } = silent.address() as AddressInfo;
    await cli.write("imagespec.json", { name: "app", registry: `127.0.0.1:${port}` });
    const { child, ended } = cli.start(["exists"]);
    await once(silent, "connection");
    const from = Date.now();
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
    expect(Date.now() - from).toBeLessThan(2000);
    silent.close();
  });

  it("schema, --help and --version", async () => {
    expect(JSON.parse((await cli.run(["schema"])).stdout)).toMatchObject({
      $schema: expect.stringContaining("json-schema"),
    });
    expect((await cli.run(["--help"])).stdout).toMatch(/imagespec COMMAND[\s\S]*\n {2}build \[FILE\] /);
    expect((await cli.run(["build", "--help"])).stdout).toMatch(/imagespec build[\s\S]*--builder-option K=V/);
    const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
    expect((await cli.run(["--version"])).stdout).toBe(`${version}\n`);
  });
});
