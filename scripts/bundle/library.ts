// node ../../scripts/bundle/library.ts [MODULE...], in a package's folder: writes the JavaScript of its dist/, beside the
// declarations that tsc writes there. What each export loads becomes one file, less what a narrower export has, and so does
// what each MODULE of src/ loads that is imported later.
import { globSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";
import { inOneFile, modulesBehind, TARGET } from "./loaded-together.ts";

const FOLDER = process.cwd();
const SRC = join(FOLDER, "src");
const DIST = join(FOLDER, "dist");

const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as {
  exports: Record<string, string | { default: string }>;
};
const exported = Object.values(exports).flatMap((target) =>
  typeof target === "string" ? [] : [basename(target.default, ".js")],
);
// A thread is started with a file of its own.
const workers = globSync("**/*-worker.ts", { cwd: SRC });
const entries = [...exported.map((name) => `${name}.ts`), ...workers];

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((file) => [basename(file, ".ts"), join(SRC, file)])),
  cwd: FOLDER,
  platform: "node",
  transform: { target: TARGET },
  // All but the package's own modules, and what stands in for syntax that the target lacks.
  external: /^(?!@oxc-project\/)[@a-z]/,
  // Modules of every folder of src/ come to lie at the top of dist/.
  plugins: [
    { name: "own-manifest", transform: (code) => code.replace(/"(?:\.\.\/)+package\.json"/, '"../package.json"') },
  ],
  // What one export imports later another may import at once.
  checks: { ineffectiveDynamicImport: false },
});
const options = {
  dir: DIST,
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
  // Whoever reads a file should find the names of the sources.
  minifyInternalExports: false,
} as const;
const { output } = await bundle.generate(options);
const behind = (module: string) => modulesBehind(output, [`/src/${module}.ts`]);
const files = [
  ...exported
    .map((name) => [`${name}-modules`, behind(name)] as const)
    .sort(([, one], [, other]) => one.size - other.size),
  ...process.argv.slice(2).map((module) => [basename(module), behind(module)] as const),
];
for (const file of globSync("**/*.js", { cwd: DIST })) rmSync(join(DIST, file));
await bundle.write({ ...options, codeSplitting: { groups: inOneFile(files) } });
await bundle.close();
