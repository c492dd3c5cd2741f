const CONDITIONS = new Set(["node", "import", "module-sync", "default"]);

/**
 * The file a subpath of a package's `exports` stands for, as a `./` path inside the package, under the conditions node,
 * import and default (Node's "Package entry points"); undefined when it is not exported. Not by `require.resolve`,
 * which asks with the condition `require` and so misses packages that export for `import` alone.
 */
export function resolveExport(exports: unknown, subpath: string): string | undefined {
  if (exports === undefined || exports === null) return undefined;
  if (!hasSubpaths(exports)) return subpath === "." ? target(exports, "") : undefined;
  const table = exports as Record<string, unknown>;
  if (Object.hasOwn(table, subpath)) return target(table[subpath], "");
  const patterns = Object.keys(table)
    .filter((key) => key.split("*").length === 2)
    .sort((a, b) => b.indexOf("*") - a.indexOf("*") || b.length - a.length);
  for (const pattern of patterns) {
    const [before = "", after = ""] = pattern.split("*");
    if (!subpath.startsWith(before) || !subpath.endsWith(after)) continue;
    if (subpath.length < before.length + after.length) continue;
    return target(table[pattern], subpath.slice(before.length, subpath.length - after.length));
  }
  return undefined;
}

function hasSubpaths(exports: unknown): boolean {
  if (typeof exports !== "object" || exports === null || Array.isArray(exports)) return false;
  return Object.keys(exports).some((key) => key.startsWith("."));
}

function target(value: unknown, star: string): string | undefined {
  if (typeof value === "string") {
    const path = value.replaceAll("*", star);
    return /^\.\/(?!.*(^|\/)\.\.?(\/|$))/.test(path) ? path : undefined;
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = target(item, star);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof value === "object" && value !== null) {
    for (const [condition, inner] of Object.entries(value)) {
      if (!CONDITIONS.has(condition)) continue;
      const found = target(inner, star);
      if (found !== undefined || inner === null) return found;
    }
  }
  return undefined;
}
