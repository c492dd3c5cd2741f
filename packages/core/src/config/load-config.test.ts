import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "./load-config.ts";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "config-")));
});
afterEach(() => rm(folder, { recursive: true }));

async function load(name: string, text: string) {
  await writeFile(join(folder, name), text);
  return loadConfig(join(folder, name));
}

const settings = {
  builder: "kaniko",
  builderOptions: { kaniko: { mode: "kubernetes" } },
  mirrors: { "docker.io": "localhost:5000" },
  insecureRegistries: ["registry.lan:5000"],
  plugins: ["./builder.mjs"],
  cacheFolder: "cache",
  concurrency: 999,
};

describe("loadConfig", () => {
  it.each([
    ["imagespec.config.json", JSON.stringify(settings)],
    ["imagespec.config.yaml", `# as JSON, which is YAML\n${JSON.stringify({ $schema: "x", ...settings })}`],
    ["imagespec.config.mjs", `export default ${JSON.stringify(settings)}`],
    ["imagespec.config.js", `module.exports = ${JSON.stringify(settings)}`],
    ["imagespec.config.ts", `const settings: object = ${JSON.stringify(settings)}; export default settings;`],
  ])("reads %s", async (name, text) => {
    expect(await load(name, text)).toMatchObject(settings);
  });

  it.each<[object | string, RegExp, RegExp]>([
    [{ mirors: {} }, /'mirors' is not a setting$/, /Write 'mirrors' if you mean that\./],
    [{ insecure_registries: [] }, /'insecure_registries' is not a setting$/, /Write 'insecureRegistries'/],
    [{ constructor: 1 }, /'constructor' is not a setting$/, /Use one of builder, /],
    [{ plugins: "a" }, /plugins: expected a list, found text$/, /Write it as a list/],
    [{ builderOptions: { kaniko: ["a=1"] } }, /builderOptions\.kaniko: expected a mapping, found a list$/, /mapping/],
    [
      { mirrors: { "docker.io": "https://x" } },
      /mirrors\.docker\.io: "https:\/\/x" is not a mirror/,
      /without a scheme/,
    ],
    [{ insecureRegistries: ["http://x"] }, /insecureRegistries\[0\]: 'http:\/\/x' is not a registry host$/, /HOST/],
    [{ concurrency: 0 }, /concurrency: /, /imagespec schema --config/],
    ["[]", /is not an object of settings$/, /Write it like/],
    ["{", /cannot be read: [^\n]*$/, /^Correct it/],
    ['{ "builder": "noop", "builder": "kaniko" }', /it holds the name "builder" twice in one object$/, /^Correct it/],
  ])("refuses %j", async (content, message, hint) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const error = await load("imagespec.config.json", text).catch((one: unknown) => one);
    expect(error).toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  it("says that a folder is no file, and of YAML that is nested too deep one line", async () => {
    const config = join(folder, "imagespec.config.json");
    await mkdir(config);
    await expect(loadConfig(config)).rejects.toMatchObject({ message: `${config} is not a regular file` });
    const deep = load("imagespec.config.yaml", `a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`);
    await expect(deep).rejects.toMatchObject({ message: expect.stringMatching(/cannot be read: [^\n]*$/) });
  });

  it("names all faults at once", async () => {
    const error = await load("imagespec.config.json", JSON.stringify({ concurency: 1, builder: 3 })).catch(
      (one) => one,
    );
    expect(error.message).toMatch(/has 2 faults:\n- .*\n- /);
  });
});
