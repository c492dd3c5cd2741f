import type { Problem } from "@imagespec/registry";
import type { InputFaults } from "./input-faults.ts";
import type { TreeEntry } from "./walk-tree.ts";

/** Bytes of a path that Linux opens: PATH_MAX less the NUL at its end. */
const LONGEST_PATH = 4095;

/**
 * Faults for paths that an image cannot hold: names that mean "deleted" in a layer (OCI image-spec, layer.md), so that
 * whoever unpacks it would lose files, and paths that nobody can open.
 */
export function refusePaths(entries: readonly TreeEntry[], faults: InputFaults): void {
  for (const { path } of entries) {
    const isWhiteout = path.includes(".wh.") && /(?:^|\/)\.wh\./.test(path);
    if (!isWhiteout && path.length <= LONGEST_PATH / 4) continue;
    const [, tree = "", own = ""] = /^(source|copy)\/(.*)$/s.exec(path) ?? [];
    if (tree === "") continue;
    const problem = isWhiteout ? whiteout(own) : pathLength(own);
    if (problem !== undefined) faults.add(tree === "source" ? "sourceRoot" : "copy", problem);
  }
}

function whiteout(path: string): Problem {
  return {
    code: "whiteout",
    message: `'${path}' has a name that deletes files in an image`,
    hint: "Rename what begins with .wh., or leave it out.",
  };
}

function pathLength(path: string): Problem | undefined {
  if (Buffer.byteLength(`/root/${path}`) <= LONGEST_PATH) return undefined;
  const message = `'${path.slice(0, 100)}…' is longer than a path in an image can be`;
  return { code: "path_length", message, hint: "Shorten the names of its folders, or leave it out." };
}
