import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "imagespec-modules-")));
});
afterEach(() => rm(folder, { recursive: true }));

const HOOK = fileURLToPath(new URL("resolve-own-modules.ts", import.meta.url));

/** Writes a package whose entry imports `./parts/one.js`, a link out of `dist`, and returns the URL of the entry. */
async function packageNamed(name: string): Promise<string> {
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await write("package.json", JSON.stringify({ name, type: "module" }));
  await write("real.js", "export const where = import.meta.url;");
  await write("dist/index.js", 'export { where } from "./parts/one.js";');
  await mkdir(join(folder, "dist/parts"));
  await symlink("../../real.js", join(folder, "dist/parts/one.js"));
  return pathToFileURL(join(folder, "dist/index.js")).href;
}

/** Where the module at this URL says it was found, in a process of its own: vitest resolves modules itself. */
async function found(entry: string): Promise<string> {
  const code = `const { resolveOwnModules } = await import(${JSON.stringify(pathToFileURL(HOOK).href)});
    resolveOwnModules();
    console.log((await import(${JSON.stringify(entry)})).where);`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", code]);
  return stdout.replace(pathToFileURL(folder).href, "");
}

it("takes the modules of this project's packages for where their paths say", async () => {
  expect(await found(await packageNamed("@imagespec/sample"))).toBe("/dist/parts/one.js");
});

it("leaves other packages to Node, which follows links", async () => {
  expect(await found(await packageNamed("sample"))).toBe("/real.js");
});

it("leaves what no file imports to Node", async () => {
  const text = 'export const where = await import("./dist/x.js").catch(({ code }) => code);';
  expect(await found(`data:text/javascript,${encodeURIComponent(text)}`)).toBe("ERR_UNSUPPORTED_RESOLVE_REQUEST");
});
