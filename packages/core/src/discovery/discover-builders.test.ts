import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { discoverBuilders } from "./discover-builders.ts";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "discover-")));
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, content: string | object): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

const builderSource = (type: string, also = "") =>
  `${also}\nexport default () => ({ [Symbol.for("imagespec.builder")]: 1, builderType: "${type}", buildImage: async () => "x" });\n`;

/** A package with one builder; importing it writes `imported` into its folder. */
async function builderPackage(folder: string, name: string, type: string, change: object = {}) {
  await write(`${folder}/package.json`, {
    name,
    version: "1.2.3",
    type: "module",
    exports: { "./builder": { import: "./builder.js" } },
    imagespec: { apiVersion: 1, builders: { [type]: { entry: "./builder", priority: 7 } } },
    ...change,
  });
  const mark = `import { writeFileSync } from "node:fs"; writeFileSync(new URL("./imported", import.meta.url), "");`;
  await write(`${folder}/builder.js`, builderSource(type, mark));
}

const discover = (start = root) => discoverBuilders({ starts: [start] });

describe("discoverBuilders", () => {
  it("finds direct dependencies of all four kinds in an npm layout and imports none", async () => {
    const kinds = { dependencies: "a", devDependencies: "b", optionalDependencies: "c", peerDependencies: "d" };
    await write(
      "package.json",
      Object.fromEntries(Object.entries(kinds).map(([kind, name]) => [kind, { [name]: "1" }])),
    );
    for (const name of ["a", "b", "c", "d"]) await builderPackage(`node_modules/${name}`, name, `type-${name}`);
    const { candidates, diagnostics } = await discover();
    expect(candidates.map((c) => c.type)).toEqual(["type-a", "type-b", "type-c", "type-d"]);
    expect(candidates[0]).toMatchObject({ priority: 7, origin: "a 1.2.3" });
    expect(diagnostics).toEqual([]);
    expect(existsSync(join(root, "node_modules/a/imported"))).toBe(false);
    expect((await candidates[0]?.load())?.builderType).toBe("type-a");
    expect(existsSync(join(root, "node_modules/a/imported"))).toBe(true);
    expect(existsSync(join(root, "node_modules/b/imported"))).toBe(false);
  });

  it("never sees a transitive package, hoisted beside the direct ones or not", async () => {
    await write("package.json", { dependencies: { direct: "1" } });
    await builderPackage("node_modules/direct", "direct", "direct", { dependencies: { hoisted: "1", nested: "1" } });
    await builderPackage("node_modules/hoisted", "hoisted", "hoisted");
    await builderPackage("node_modules/direct/node_modules/nested", "nested", "nested");
    const { candidates, diagnostics } = await discover();
    expect(candidates.map((c) => c.type)).toEqual(["direct"]);
    expect(diagnostics).toEqual([]);
    await candidates[0]?.load();
    expect(existsSync(join(root, "node_modules/hoisted/imported"))).toBe(false);
    expect(existsSync(join(root, "node_modules/direct/node_modules/nested/imported"))).toBe(false);
  });

  it("follows the links of pnpm's isolated layout, and the workspace root counts too", async () => {
    await write("pnpm-workspace.yaml", "packages: [apps/*]\n");
    await write("package.json", { devDependencies: { "@x/root": "1" } });
    await write("apps/one/package.json", { dependencies: { "@x/one": "1" } });
    for (const name of ["root", "one", "deep"]) {
      await builderPackage(`node_modules/.pnpm/@x+${name}@1/node_modules/@x/${name}`, `@x/${name}`, name);
    }
    await builderPackage("node_modules/.pnpm/node_modules/@x/deep", "@x/deep", "deep");
    for (const [at, name] of [
      ["", "root"],
      ["apps/one/", "one"],
    ] as const) {
      await mkdir(join(root, `${at}node_modules/@x`), { recursive: true });
      const target = join(root, `node_modules/.pnpm/@x+${name}@1/node_modules/@x/${name}`);
      await symlink(target, join(root, `${at}node_modules/@x/${name}`));
    }
    await mkdir(join(root, "apps/one/src/deep"), { recursive: true });
    const { candidates, diagnostics } = await discover(join(root, "apps/one/src/deep"));
    expect(diagnostics).toEqual([]);
    expect(candidates.map((c) => c.type)).toEqual(["one", "root"]);
    expect((await candidates[0]?.load())?.builderType).toBe("one");
  });

  it("resolves through the hoisted folder of the workspace root", async () => {
    await write("package.json", { workspaces: ["apps/*"] });
    await write("apps/one/package.json", { dependencies: { plug: "1" } });
    await builderPackage("node_modules/plug", "plug", "plug");
    await builderPackage("node_modules/other", "other", "other");
    const { candidates } = await discover(join(root, "apps/one"));
    expect(candidates.map((c) => c.type)).toEqual(["plug"]);
  });

  it("keeps reserved types from a package that only calls itself their owner", async () => {
    await write("package.json", { dependencies: { mimic: "1", "@imagespec/builder-noop": "1" } });
    await builderPackage("node_modules/mimic", "@imagespec/builder-kaniko", "kaniko");
    await builderPackage("node_modules/@imagespec/builder-noop", "@imagespec/builder-noop", "noop");
    const { candidates, diagnostics } = await discover();
    expect(candidates.map((c) => c.type)).toEqual(["noop"]);
    expect(diagnostics).toMatchObject([{ subject: "mimic", type: "kaniko" }]);
  });

  it("runs no module that the config names by path where plug-ins are off or only listed", async () => {
    await write("package.json", {});
    await write("imagespec.config.json", { plugins: ["./own.mjs"] });
    const mark = `import { writeFileSync } from "node:fs"; writeFileSync(new URL("./imported", import.meta.url), "");`;
    await write("own.mjs", builderSource("own", mark));
    const { candidates, diagnostics } = await discoverBuilders({
      starts: [root],
      dependencies: false,
      modules: "leave-out",
    });
    expect([candidates, existsSync(join(root, "imported"))]).toEqual([[], false]);
    expect(diagnostics).toMatchObject([{ subject: "./own.mjs", hint: expect.stringContaining("IMAGESPEC_PLUGINS") }]);
    const listed = await discoverBuilders({ starts: [root], modules: "list" });
    expect(listed.candidates.map(({ type, file }) => [type, file])).toEqual([["./own.mjs", join(root, "own.mjs")]]);
    expect(existsSync(join(root, "imported"))).toBe(false);
    expect((await discover()).candidates.map((c) => c.type)).toEqual(["own"]);
  });

  it("turns every broken package into a diagnostic and keeps the good one", async () => {
    const good = { exports: { "./builder": "./builder.js" } };
    const cases: Record<string, object> = {
      newer: { imagespec: { apiVersion: 2, builders: {} } },
      shape: { imagespec: { apiVersion: 1, builders: { x: { entry: "../up", priority: -1 } } } },
      unexported: { exports: { ".": "./builder.js" } },
      missing: { exports: { "./builder": "./gone.js" } },
      escaping: { exports: { "./builder": "./link.js" } },
      reserved: { imagespec: { apiVersion: 1, builders: { kaniko: { entry: "./builder" } } } },
      good,
    };
    await write("package.json", {
      dependencies: Object.fromEntries([...Object.keys(cases), "junk"].map((n) => [n, "1"])),
    });
    for (const [name, change] of Object.entries(cases)) {
      await builderPackage(`node_modules/${name}`, name, `t-${name}`, change);
    }
    await write("outside.js", builderSource("t-escaping"));
    await symlink(join(root, "outside.js"), join(root, "node_modules/escaping/link.js"));
    await write("node_modules/junk/package.json", '{ "name": "junk", "imagespec": ');
    const { candidates, diagnostics } = await discover();
    expect(candidates.map((c) => c.type)).toEqual(["t-good"]);
    const of = (name: string) => diagnostics.find((d) => d.subject.endsWith(name))?.message;
    expect(diagnostics).toHaveLength(7);
    expect(of("newer")).toContain("version 2");
    expect(of("shape")).toContain("imagespec.builders.x.entry");
    expect(of("unexported")).toContain("not in its exports");
    expect(of("missing")).toContain("gone.js");
    expect(of("escaping")).toContain("leads out of the package");
    expect(of("reserved")).toContain("@imagespec/builder-kaniko");
    expect(of("junk")).toContain("not JSON");
    for (const d of diagnostics) expect(d.hint).not.toBe("");
  });

  it("uses neither of two packages with the same type, unless the config names one", async () => {
    await write("package.json", { dependencies: { a: "1", b: "1" } });
    await builderPackage("node_modules/a", "a", "same");
    await builderPackage("node_modules/b", "b", "same");
    const both = await discover();
    expect(both.candidates).toEqual([]);
    expect(both.diagnostics[0]?.message).toContain("a 1.2.3 and b 1.2.3");
    await write("imagespec.config.json", { plugins: ["b"] });
    expect((await discover()).candidates[0]?.origin).toBe("b 1.2.3");
  });

  it("takes plugins of the config by package name, path and object, also without dependency discovery", async () => {
    await write("package.json", { dependencies: { direct: "1" } });
    await builderPackage("node_modules/direct", "direct", "direct");
    await builderPackage("node_modules/named", "named", "named");
    await write("tools/local.mjs", builderSource("local"));
    await write(
      "imagespec.config.mjs",
      `export default { plugins: ["named", "./tools/local.mjs", "./gone.mjs", "absent", 7,
        { [Symbol.for("imagespec.builder")]: 1, builderType: "inline", buildImage: async () => "x" }] };`,
    );
    const found = await discoverBuilders({ starts: [root], dependencies: false });
    expect(found.candidates.map((c) => c.type)).toEqual(["named", "inline", "local"]);
    expect(found.diagnostics.map((d) => d.subject)).toEqual([
      "./gone.mjs",
      "absent",
      join(root, "imagespec.config.mjs"),
    ]);
    expect((await discover()).candidates.map((c) => c.type)).toEqual(["direct", "named", "inline", "local"]);
  });

  it("refuses a config that is not a config", async () => {
    await write("imagespec.config.json", "[");
    await expect(discover()).rejects.toMatchObject({ code: "E_INPUT_FILE" });
    await write("imagespec.config.json", { plugins: "x" });
    await expect(discover()).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });

  it("ignores what is not installed and finds nothing where there is no project", async () => {
    await write("package.json", { dependencies: { gone: "1", "../evil": "1" } });
    expect(await discover()).toEqual({ candidates: [], diagnostics: [] });
  });
});
