import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { packageVersion } from "@imagespec/core/internal";
import { afterEach, beforeEach, expect, it } from "vitest";
import { CliFolder } from "./fixtures/cli-process.ts";

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
  await cli.write("imagespec.json", { name: "app", registry: "127.0.0.1:1" });
  await cli.write("app.yaml", "name: app\n");
  const hook = `import { appendFileSync } from "node:fs"; import { registerHooks } from "node:module";
    registerHooks({ load(url, context, next) {
      appendFileSync(${JSON.stringify(`${cli.path}/loaded`)}, url + "\\n");
      return next(url, context);
    } });`;
  await cli.write("hook.mjs", hook);
});
afterEach(() => cli.remove());

/** The libraries in the files that a command loads, and which of Node's larger modules. */
async function loadedBy(args: string[]) {
  await cli.run(args, { env: { NODE_OPTIONS: `--import=${cli.path}/hook.mjs` } });
  const urls = (await readFile(`${cli.path}/loaded`, "utf8")).trim().split("\n");
  const files = urls.filter((url) => url.includes("/cli/dist/"));
  const texts = await Promise.all(files.map((url) => readFile(fileURLToPath(url), "utf8")));
  const packages = texts.flatMap((text) =>
    [...text.matchAll(/^\/\/(?:#region)? ?\S*\/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\/\S+$/gm)].map(
      ([, name]) => name,
    ),
  );
  const builtins = urls.filter((url) => /^node:(https?|http2|net|tls|child_process|worker_threads|process)$/.test(url));
  return { files: files.length, loaded: [...new Set([...packages, ...builtins])].sort(), urls };
}

it.each<[string[], string[]]>([
  [["--version"], ["commander"]],
  [["build", "--help"], ["commander"]],
  [["tag"], ["commander", "zod"]],
  [
    ["tag", "app.yaml"],
    ["commander", "node:process", "yaml", "zod"],
  ],
  [["schema"], ["commander", "zod"]],
])("%j loads no other library than it uses", async (args, expected) => {
  const { files, loaded } = await loadedBy(args);
  expect(files).toBeGreaterThan(1);
  expect(loaded).toEqual(expected);
});

it.each([["exists"], ["build", "--builder", "none"], ["plan"], ["render"], ["explain"], ["builders"], ["doctor"]])(
  "%s loads no engine's and no cluster's client",
  async (...args) => {
    const { loaded } = await loadedBy(args);
    expect(loaded).toContain("commander");
    expect(loaded.filter((name) => /dockerode|grpc|protobuf|kubernetes|ssh2/.test(name ?? ""))).toEqual([]);
  },
);

it("exists asks a registry that does not speak TLS without loading it", async () => {
  const list = `process.once("exit", () => process.stderr.write(process.moduleLoadList.join(" ")));`;
  await cli.write("list.mjs", list);
  const env = { NODE_OPTIONS: `--import=${cli.path}/list.mjs`, SSL_CERT_FILE: `${cli.path}/list.mjs` };
  const { stderr } = await cli.run(["exists"], { env });
  expect(stderr).toContain("NativeModule _http_client");
  expect(stderr).not.toMatch(/NativeModule (?:https|tls)\b/);
});

/** A spec that imports core, and beside it a core of this version that is of no use. */
async function projectWithCore(version: string): Promise<void> {
  const core = (path: string) => `node_modules/@imagespec/core/${path}`;
  const exports = { ".": "./dist/index.js" };
  await cli.write(core("package.json"), { name: "@imagespec/core", version, type: "module", exports });
  await cli.write(core("dist/index.js"), "export const ImageSpec = undefined;");
  await cli.write(
    "spec.mjs",
    'import { ImageSpec } from "@imagespec/core"; export default new ImageSpec({ name: "app" });',
  );
}

it("a builder gets core and the registry client from the program, which has them", async () => {
  const { urls } = await loadedBy(["build", "--builder", "uv-micromamba", "--builder-option", "none=1"]);
  const folders = urls.map((url) => /\/([\w-]+)\/dist\//.exec(url)?.[1]);
  expect(folders).toContain("builder-uv-micromamba");
  expect(folders).not.toContain("core");
  expect(folders).not.toContain("registry");
});

it("a spec gets core from the program where it would find the same version", async () => {
  await projectWithCore(packageVersion(new URL("../../core/package.json", import.meta.url)));
  const { code, stdout } = await cli.run(["tag", "spec.mjs"]);
  expect({ code, tag: stdout.length > 0 }).toEqual({ code: 0, tag: true });
});

it("a spec keeps the core of another version that it finds", async () => {
  await projectWithCore("0.0.1");
  const { code, stderr } = await cli.run(["tag", "spec.mjs"]);
  expect(code).not.toBe(0);
  expect(stderr).toContain("ImageSpec is not a constructor");
});
