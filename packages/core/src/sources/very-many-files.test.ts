import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const FILE = fileURLToPath(new URL("../image-spec/image-spec.ts", import.meta.url));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "imagespec-many-"));
  for (let folder = 0; folder < 40; folder++) {
    mkdirSync(join(root, `src/${folder}`), { recursive: true });
    for (let file = 0; file < 50; file++) writeFileSync(join(root, `src/${folder}/${file}.py`), `${folder} ${file}\n`);
  }
  mkdirSync(join(root, "src", "d/".repeat(300)), { recursive: true });
  writeFileSync(join(root, "src", "d/".repeat(300), "deep.py"), "");
});
afterEach(() => rmSync(root, { recursive: true }));

/** The tag of the folder, by a process that may have so many files open. */
function tagWith(files: number): string {
  const script = `
    import { ImageSpec } from ${JSON.stringify(FILE)};
    const parameters = { name: "many", sourceRoot: "src", sourceCopyMode: "all" };
    console.log(await new ImageSpec(parameters, { root: ${JSON.stringify(root)} }).tag());`;
  const command = `ulimit -n ${files}; exec "$@"`;
  const args = ["-c", command, "sh", process.execPath, "--input-type=module", "-e", script];
  const env = { ...process.env, IMAGESPEC_CACHE_DIR: join(root, `cache-${files}`) };
  return execFileSync("/bin/sh", args, { encoding: "utf8", env });
}

it("reads 2,000 files and 300 folders in each other with few files open, to the same tag", () => {
  const tag = tagWith(40);
  expect(tag).toMatch(/^[a-z2-7]{26}\n$/);
  expect(tagWith(1000)).toBe(tag);
});
