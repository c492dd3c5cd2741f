import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { generateInlinedScript } from "@yarnpkg/pnp";
import { afterEach, beforeEach, expect, it } from "vitest";
import { discoverBuilders } from "./discover-builders.ts";

const DISCOVERY = new URL("../../dist/discovery/discover-builders.js", import.meta.url).href;

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "pnp-")));
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** A package in Yarn's cache, where no node_modules walk finds it. */
async function cached(name: string, dependencies: [string, string][] = []) {
  const manifest = {
    name,
    version: "1.0.0",
    exports: { "./b": { import: "./b.mjs" } },
    imagespec: { apiVersion: 1, builders: { [name]: { entry: "./b" } } },
  };
  await write(`.yarn/cache/${name}/package.json`, JSON.stringify(manifest));
  await write(
    `.yarn/cache/${name}/b.mjs`,
    `import { writeFileSync } from "node:fs"; writeFileSync(new URL("./imported", import.meta.url), "");
     export default { [Symbol.for("imagespec.builder")]: 1, builderType: "${name}", buildImage() {} };`,
  );
  const entry = {
    packageLocation: `./.yarn/cache/${name}/`,
    packageDependencies: new Map<string, string>([[name, "1.0.0"], ...dependencies]),
    linkType: "HARD" as const,
  };
  return [name, new Map([["1.0.0", entry]])] as const;
}

it("finds direct dependencies alone through Yarn's own table", async () => {
  await write("package.json", JSON.stringify({ dependencies: { direct: "1.0.0" } }));
  const direct = await cached("direct", [["transitive", "1.0.0"]]);
  const transitive = await cached("transitive");
  const project = {
    packageLocation: "./",
    packageDependencies: new Map([
      ["project", "workspace:."],
      ["direct", "1.0.0"],
    ]),
    linkType: "SOFT" as const,
  };
  const packages: (readonly [string, Map<string, unknown>])[] = [
    ["project", new Map([["workspace:.", project]])],
    direct,
    transitive,
  ];
  const script = generateInlinedScript({
    dependencyTreeRoots: [{ name: "project", reference: "workspace:." }],
    packageRegistry: new Map(packages) as never,
    shebang: null,
  } as never);
  await write(".pnp.cjs", script);
  await write(
    "find.mjs",
    `import { discoverBuilders } from ${JSON.stringify(DISCOVERY)};
     const { candidates, diagnostics } = await discoverBuilders({ starts: [${JSON.stringify(root)}] });
     const loaded = await Promise.all(candidates.map(async (one) => (await one.load()).builderType));
     console.log(JSON.stringify({ loaded, diagnostics }));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ["-r", "./.pnp.cjs", "find.mjs"], { cwd: root });
  expect(JSON.parse(stdout)).toEqual({ loaded: ["direct"], diagnostics: [] });
  expect(existsSync(join(root, ".yarn/cache/direct/imported"))).toBe(true);
  expect(existsSync(join(root, ".yarn/cache/transitive/imported"))).toBe(false);
});

it("says how to be run where the process was started without PnP", async () => {
  await write("package.json", JSON.stringify({ dependencies: { direct: "1.0.0" } }));
  await write(".pnp.cjs", "");
  const { candidates, diagnostics } = await discoverBuilders({ starts: [root] });
  expect(candidates).toEqual([]);
  expect(diagnostics).toMatchObject([{ subject: root, hint: expect.stringContaining("yarn") }]);
});
