import { ImageSpecError } from "@imagespec/core/builder";
import type { ContextEntry } from "./context-files.ts";

/**
 * Refuses, as E_INTERNAL, what a tar must not hold for whoever unpacks it: names that are absolute, climb, hold NUL
 * or are not Unicode text; entries twice or below something that is not a folder; links without a target. Where a link
 * leads does not matter: it is laid as a link, and nothing lies below it. Such entries are refused long before for the
 * user's sake; this is the last check before bytes are written. `seen` is filled.
 */
export function checkEntry(entry: ContextEntry, seen: Map<string, string>): void {
  const { path, type } = entry;
  const parts = path.split("/");
  const folders = parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join("/"));
  const link = entry.type === "symlink" ? entry.link : "x";
  const faults: [is: boolean, what: string][] = [
    [path.includes("\0"), "holds NUL"],
    [!path.isWellFormed(), "is not Unicode text"],
    [parts.some((part) => part === "" || part === "." || part === ".."), "is not a plain relative path"],
    [seen.has(path), "comes twice"],
    [folders.some((folder) => seen.get(folder) !== "directory"), "does not stand behind its folder"],
    [link === "" || link.includes("\0") || !link.isWellFormed(), "has no usable link target"],
  ];
  const fault = faults.find(([is]) => is)?.[1];
  if (fault !== undefined)
    throw new ImageSpecError("E_INTERNAL", `build context: entry ${JSON.stringify(path)} ${fault}`);
  seen.set(path, type);
}
