import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readSpec } from "./read-spec.ts";
import { readTargets } from "./read-targets.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "read-spec-")));
  mkdirSync(join(folder, "real/app/src"), { recursive: true });
  symlinkSync("real", join(folder, "link"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const idOf = async (file: string, root?: string) => {
  const source = await readSpec({ file: join(folder, file), root: root && join(folder, root) }, signal);
  expect(source.root).toBe(join(folder, "real"));
  return (await readTargets(source))[0]?.spec.id;
};

it.each([
  [
    "a module that names where it runs",
    "imagespec.mjs",
    `import { join } from "node:path";
export default { name: "x", sourceRoot: join(process.cwd(), "app/src") };`,
  ],
  ["data", "imagespec.yaml", "name: x\nsource_root: app/src\n"],
])("gives %s one id, whether a link leads there or not", async (_, name, text) => {
  writeFileSync(join(folder, "real", name), text);
  const id = await idOf(`real/${name}`);
  expect(await idOf(`link/${name}`)).toBe(id);
  expect(await idOf(`real/${name}`, "link")).toBe(id);
  expect(await idOf(`link/${name}`, "link/../real")).toBe(id);
});

it("starts at the folder of a spec file that is a link itself, not at that of its target", async () => {
  mkdirSync(join(folder, "shared"));
  writeFileSync(join(folder, "shared/spec.yaml"), "name: x\nsource_root: app/src\n");
  symlinkSync("../shared/spec.yaml", join(folder, "real/imagespec.yaml"));
  expect(await idOf("link/imagespec.yaml")).toMatch(/^[a-z2-7]{26}$/);
});
