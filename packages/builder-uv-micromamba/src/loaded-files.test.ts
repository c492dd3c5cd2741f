import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const BUILDER = new URL("../dist/builder.js", import.meta.url).href;
const BUILD = new URL("../dist/build.js", import.meta.url).href;

/** The files that Node reads to import a module. */
async function filesOf(module: string): Promise<string[]> {
  const script = `import { registerHooks } from "node:module";
    const files = [];
    registerHooks({ load(url, context, next) { if (url.startsWith("file:")) files.push(url); return next(url, context); } });
    await import(${JSON.stringify(module)});
    console.log(JSON.stringify(files));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
  return JSON.parse(stdout) as string[];
}

it.each([
  ["the builder", BUILDER, 7],
  ["what builds, libraries included", BUILD, 17],
])("%s is read from a few files", async (_what, module, most) => {
  const files = await filesOf(module);
  expect(files.length).toBeLessThanOrEqual(most);
  expect(files.filter((url) => /execa|zod|tar-stream|rattler|smol-toml/.test(url))).toEqual([]);
});
