import { mkdirSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ImageSpecParameters } from "../image-spec/image-spec.ts";
import { ListedFolder, untilOld } from "./fixtures/listed-folder.ts";

let folder: ListedFolder;
beforeEach(() => {
  folder = new ListedFolder();
});
afterEach(() => {
  folder[Symbol.dispose]();
});

const at = (path: string) => folder.path(path);

describe("a list is not kept", () => {
  const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";

  const pointerLater = async () => {
    await untilOld();
    await folder.resolved();
    folder.write({ "src/main.py": pointer });
  };

  it.each<[string, ImageSpecParameters["sourceCopyMode"], () => unknown]>([
    ["a link out of it", "all", () => symlinkSync("../out", at("src/out"))],
    ["a file that became a pointer of Git LFS", "all", pointerLater],
    ["a pointer of Git LFS", "all", () => folder.write({ "src/large": pointer })],
    ["names that are one on other machines", "all", () => folder.write({ "src/Main.py": "" })],
    ["no module", "loaded_modules", () => unlinkSync(at("src/main.py"))],
  ])("where each run warns of %s", async (_, sourceCopyMode, make) => {
    folder.write({ "src/main.py": "main" });
    await make();
    await untilOld();
    const results = [];
    for (const _ of [1, 2, 3]) results.push(await folder.resolved({ sourceRoot: "src", sourceCopyMode }));
    for (const { isKnown, warnings } of results) {
      expect(isKnown).toBe(false);
      expect(warnings).toHaveLength(1);
    }
  });

  it("where each run warns of a socket", async () => {
    folder.write({ "src/main.py": "main" });
    const server = createServer().listen(at("src/socket"));
    await untilOld();
    for (const _ of [1, 2, 3])
      expect(await folder.resolved()).toMatchObject({ isKnown: false, warnings: [expect.stringContaining("socket")] });
    await new Promise((done) => server.close(done));
  });

  it("where a link of the modules leads to a folder that may become one", async () => {
    folder.write({ "src/main.py": "main", "src/pkg/data": "" });
    symlinkSync("pkg", at("src/link"));
    await untilOld();
    const parameters: ImageSpecParameters = { sourceRoot: "src" };
    for (const _ of [1, 2]) expect((await folder.resolved(parameters)).isKnown).toBe(false);
  });

  it("where a submodule may be emptied again", async () => {
    folder.write({ "src/main.py": "main", "src/sub/a.py": "", ".gitmodules": '[submodule "a"]\n\tpath = src/sub\n' });
    folder.git("init", "--quiet");
    await untilOld();
    for (const _ of [1, 2]) expect((await folder.resolved()).isKnown).toBe(false);
    rmSync(at("src/sub/a.py"));
    expect((await folder.resolved()).warnings).toHaveLength(1);
  });

  it("where rules are behind a link, which says nothing of their changes", async () => {
    folder.write({ "src/main.py": "main", rules: "a.py\n" });
    folder.git("init", "--quiet");
    rmSync(at(".git/info/exclude"), { force: true });
    mkdirSync(at(".git/info"), { recursive: true });
    symlinkSync(at("rules"), at(".git/info/exclude"));
    await untilOld();
    for (const _ of [1, 2]) expect((await folder.resolved()).isKnown).toBe(false);
  });
});
