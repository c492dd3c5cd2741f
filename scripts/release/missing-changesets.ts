/**
 * The packages that have changed shipped files but no changeset. A release commit, which writes changelogs, needs none.
 *
 * @param changed Paths from the root, with `/`.
 * @param changesets The texts of the changesets that were added.
 * @param names The names of packages by their folders.
 */
export function missingChangesets(
  changed: readonly string[],
  changesets: readonly string[],
  names: ReadonlyMap<string, string>,
): string[] {
  const named = new Set(
    changesets.flatMap((text) => [...text.matchAll(/^["']?(@?[^\s"':]+)["']?:/gm)].map(([, n]) => n)),
  );
  return [...names].flatMap(([folder, name]) => {
    const own = changed.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
    if (own.includes("CHANGELOG.md") || named.has(name)) return [];
    return own.some(isShipped) ? [name] : [];
  });
}

function isShipped(path: string): boolean {
  if (/\.test\.ts$|(^|\/)fixtures\//.test(path)) return false;
  return path === "package.json" || path === "README.md" || /^(src|schema)\//.test(path);
}
