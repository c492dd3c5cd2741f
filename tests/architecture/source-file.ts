import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

// What is made by tools or comes from elsewhere, and is in no commit: folders by name, and one by its path.
const MADE = new Set([".git", ".tools", ".turbo", "node_modules", "dist", "coverage", ".vitepress", "docs/api"]);

/** One text file of the repository. */
export interface SourceFile {
  /** From the root, with `/`. */
  path: string;
  text: string;
  /** Specifiers of its imports; `types`: those that are gone after compilation. */
  imports: { specifier: string; types: boolean }[];
}

/** Every file below `folder` (from the root), made ones left out, whose path `wanted` accepts. */
export function filesIn(folder: string, wanted: (path: string) => boolean): SourceFile[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: false }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (MADE.has(entry.name) || MADE.has(path)) return [];
    if (entry.isDirectory()) return filesIn(path, wanted);
    return entry.isFile() && wanted(path) ? [sourceFile(path)] : [];
  });
}

export function sourceFile(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  return { path, text, imports: path.endsWith(".ts") ? importsOf(text) : [] };
}

export const isTest = (path: string) => /\.test\.ts$/.test(path);
export const isFixture = (path: string) => path.includes("/fixtures/");

/** Files that `entry` needs at run time: itself, and through relative imports all of the same package. */
export function closure(entry: SourceFile, files: ReadonlyMap<string, SourceFile>): SourceFile[] {
  const found = new Map([[entry.path, entry]]);
  for (const file of found.values())
    for (const { specifier, types } of file.imports) {
      if (types || !specifier.startsWith(".")) continue;
      const path = relative(ROOT, join(ROOT, dirname(file.path), specifier))
        .split(sep)
        .join("/");
      const next = files.get(path);
      if (next !== undefined) found.set(path, next);
    }
  return [...found.values()];
}

function importsOf(text: string): SourceFile["imports"] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const statement = /^(?:import|export)\s+(type\s+)?(?:([^"';]*?)\s+from\s+)?"([^"\n]+)"/gm;
  const dynamic = /\bimport\(\s*"([^"\n]+)"\s*\)/g;
  return [
    ...[...code.matchAll(statement)].map(([, type, names = "", specifier = ""]) => ({
      specifier,
      types: type !== undefined || onlyTypes(names),
    })),
    ...[...code.matchAll(dynamic)].map(([, specifier = ""]) => ({ specifier, types: false })),
  ];
}

/** True for `{ type A, type B }`. */
function onlyTypes(names: string): boolean {
  const list = /^\{([\s\S]*)\}$/
    .exec(names.trim())?.[1]
    ?.split(",")
    .map((name) => name.trim());
  return list?.filter((name) => name !== "").every((name) => name.startsWith("type ")) ?? false;
}
