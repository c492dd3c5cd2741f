import { lstatSync, realpathSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { foundFile } from "../files/found-file.ts";
import { linkLeavesTree, linksOut } from "../files/link-target.ts";
import { linkOf, type TreeEntry, walkTree } from "../files/walk-tree.ts";
import { normalPath } from "../identity/spec-id.ts";
import { isExcludedName } from "../ignore/excluded-names.ts";
import { told, VERDICTS, type Verdict } from "../ignore/file-decision.ts";
import type { Spec } from "../spec/spec.ts";
import { Decisions } from "./decisions.ts";
import type { ListOptions } from "./list-sources.ts";
import { specFiles } from "./spec-files.ts";

/**
 * The files and folders of `copy`, each under `copy/` at its own path. No ignore file is obeyed; inside a copied folder
 * some names, the spec's own files and empty folders stay out. A link out of the root, on the way or in a folder, is a
 * fault.
 */
export async function listCopies(spec: Spec, options: ListOptions): Promise<TreeEntry[]> {
  const found: TreeEntry[] = [];
  const named = new Set<string>();
  const decisions = new Decisions(options.tell);
  for (const [index, given] of (spec.copy ?? []).entries()) {
    const path = normalPath(given, spec.root);
    named.add(path);
    found.push(...(await listCopy({ path, at: ["copy", index] }, spec, options, decisions)));
  }
  for (const { path, link } of linksOut(found)) {
    options.faults.add("copy", {
      code: "link_out",
      message: `the link '${path}' leads out of the root, to '${link}'`,
      hint: "Copy the target itself into the root, or leave the link out.",
    });
  }
  const unique = new Map(found.map((entry) => [entry.path, entry]));
  for (const entry of unique.values()) {
    if (entry.type !== "symlink" || linkLeavesTree(entry.path, entry.link)) continue;
    const target = posix.join(posix.dirname(entry.path), entry.link).replace(/\/$/, "");
    if (!unique.has(target)) options.warn(`the link '${entry.path}' is copied, and its target '${target}' is not`);
  }
  if (unique.size === 0) return [];
  const shipped: TreeEntry[] = [
    { type: "directory", path: "copy" },
    ...[...unique.values()]
      .filter(({ path, type }) => path !== "." && (type !== "directory" || named.has(path)))
      .map((entry) => ({ ...entry, path: `copy/${entry.path}` })),
  ];
  decisions.settle(shipped, "special-file");
  return shipped;
}

async function listCopy(
  { path, at }: { path: string; at: (string | number)[] },
  spec: Spec,
  options: ListOptions,
  decisions: Decisions,
): Promise<TreeEntry[]> {
  const { root } = spec;
  const absolute = join(root, path);
  try {
    const relativePath = relative(realpathSync(root), realpathSync(dirname(absolute)));
    if (path !== "." && (relativePath === ".." || relativePath.startsWith(`..${sep}`))) {
      const message = `'${path}' leads out of the root through a link`;
      options.faults.add(at, { code: "link_out", message, hint: "Name a path inside the root." });
      return [];
    }
    const stats = lstatSync(absolute);
    if (!stats.isDirectory()) told(VERDICTS.copied, `copy/${path}`, false, decisions.tell);
    if (stats.isSymbolicLink()) {
      const link = linkOf(path, absolute, { faults: options.faults, parameter: at });
      return link === undefined ? [] : [link];
    }
    if (stats.isFile()) return [foundFile(path, absolute, stats, options.cache)];
    if (!stats.isDirectory()) {
      const message = `'${path}' is a socket, pipe or device`;
      options.faults.add(at, { code: "special_file", message, hint: "Copy a regular file or a folder." });
      return [];
    }
  } catch (error) {
    options.faults.addSystem(at, path, error);
    return [];
  }
  const own = specFiles(spec, absolute);
  const prefix = path === "." ? "" : `${path}/`;
  const decide = (below: string, name: string): Verdict => {
    if (isExcludedName(name)) return VERDICTS.never;
    return own.has(below) ? VERDICTS.specFile : VERDICTS.copied;
  };
  const entries = await walkTree(absolute, {
    ...options,
    parameter: "copy",
    skip: (below, name, isFolder) => told(decide(below, name), `copy/${prefix}${below}`, isFolder, decisions.tell),
  });
  return [{ type: "directory", path }, ...entries.map((entry) => ({ ...entry, path: `${prefix}${entry.path}` }))];
}
