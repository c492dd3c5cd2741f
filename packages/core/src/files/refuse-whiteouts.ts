import type { InputFaults } from "./input-faults.ts";
import type { TreeEntry } from "./walk-tree.ts";

/** Faults for names that mean "deleted" in a layer (OCI image-spec, layer.md): whoever unpacks the image would lose files. */
export function refuseWhiteouts(entries: readonly TreeEntry[], faults: InputFaults): void {
  for (const { path } of entries) {
    if (!/(?:^|\/)\.wh\./.test(path)) continue;
    const [, tree = "", own = ""] = /^(source|copy)\/(.*)$/s.exec(path) ?? [];
    if (tree === "") continue;
    faults.add(tree === "source" ? "sourceRoot" : "copy", {
      code: "whiteout",
      message: `'${own}' has a name that deletes files in an image`,
      hint: "Rename what begins with .wh., or leave it out.",
    });
  }
}
