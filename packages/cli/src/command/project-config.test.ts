import { ImageSpec } from "@imagespec/core";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CliFolder } from "../fixtures/cli-process.ts";

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
  await cli.write(
    "builder.mjs",
    `export default { [Symbol.for("imagespec.builder")]: 1, builderType: "local", async buildImage({ spec, options, plan, emit, signal }) {
       const { IMAGESPEC_REGISTRY_MIRRORS: mirrors, IMAGESPEC_INSECURE_REGISTRIES: insecure } = process.env;
       emit({ type: "log", stream: "stdout", line: JSON.stringify({ name: spec.name, options, mirrors, insecure }) });
       if (spec.name.startsWith("slow")) await new Promise((done) => setTimeout(done, 300));
       if (spec.name.startsWith("bad")) throw new Error(spec.name + " is broken");
       return { reference: plan.reference };
     } };`,
  );
});
afterEach(() => cli.remove());

const image = (name: string, more: object = {}) => ({ name, platform: "linux/amd64", base_image: "base:1", ...more });
const config = { builder: "local", plugins: ["./builder.mjs"] };

it("reads a YAML config: builder, its options, mirrors and insecure registries", async () => {
  await cli.write("imagespec.json", image("app"));
  await cli.write(
    "imagespec.config.yaml",
    `builder: local
builderOptions: { local: { size: 3 } }
plugins: [./builder.mjs]
mirrors: { docker.io: mirror.example/hub }
insecureRegistries: [registry.lan]
`,
  );
  const { code, stderr } = await cli.run(["build", "--insecure-registry", "other.lan"]);
  const [, said = ""] = /\| (\{.*\})/.exec(stderr) ?? [];
  expect(JSON.parse(said)).toEqual({
    name: "app",
    options: { size: 3 },
    mirrors: "docker.io=mirror.example/hub",
    insecure: "other.lan,registry.lan",
  });
  expect(code).toBe(0);
});

it("ends with 2 for a config that is wrong, and still prints its schema", async () => {
  await cli.write("imagespec.json", image("app"));
  await cli.write("imagespec.config.json", { bilder: "local" });
  const { code, stderr } = await cli.run(["tag"]);
  expect([code, stderr]).toEqual([
    2,
    expect.stringMatching(/E_INPUT_FILE: .*'bilder' is not a setting\nhint: Write 'builder'/),
  ]);
  expect(JSON.parse((await cli.run(["schema", "--config"])).stdout)).toMatchObject({ title: "imagespec.config" });
});

it("builds several images side by side and prints them in the file's order, bases first", async () => {
  await cli.write("imagespec.config.json", { ...config, concurrency: 4 });
  const images = {
    slow: image("slow-a"),
    quick: image("quick"),
    child: image("child", { base_image: { image: "base" } }),
    base: image("base"),
  };
  await cli.write("imagespec.json", { images });
  const { code, stdout, stderr } = await cli.run(["build"]);
  expect(code).toBe(0);
  expect(stdout.split("\n").map((line) => line.split("\t")[0])).toEqual(["slow", "quick", "base", "child", ""]);
  const began = [...stderr.matchAll(/"name":"([\w-]+)"/g)].map(([, name]) => name);
  expect(began.indexOf("base")).toBeLessThan(began.indexOf("child"));
});

it("finishes what is under way when one image fails, begins no other, and ends with that failure", async () => {
  await cli.write("imagespec.config.json", config);
  await cli.write("imagespec.json", { images: { slow: image("slow"), bad: image("bad"), later: image("later") } });
  const { code, stdout, stderr } = await cli.run(["build", "--concurrency", "2"]);
  expect(code).toBe(1);
  expect(stdout).toBe(`slow\tslow:${await ImageSpec.parse(image("slow")).tag()}\n`);
  expect(stderr).toMatch(/error: E_BUILD: .*bad is broken/);
  expect(stderr).not.toContain('"name":"later"');
});

it("refuses a concurrency that is not a number before anything is built", async () => {
  await cli.write("imagespec.json", image("app"));
  const { code, stderr } = await cli.run(["build", "--concurrency", "many"]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(/E_OPTIONS: --concurrency many/)]);
});
