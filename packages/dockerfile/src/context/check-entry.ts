import { ImageSpecError } from "@imagespec/core/builder";
import type { ContextEntry } from "./context-files.ts";

/**
 * Refuses, as E_INTERNAL, what a tar must not hold for whoever unpacks it: names that are absolute, climb, hold NUL
 * or are not Unicode text; entries twice or below something that is not a folder; links without a target. Where a link
 * leads does not matter: it is laid as a link, and nothing lies below it. Such entries are refused long before for the
 * user's sake; this is the last check before bytes are written. `seen` is filled.
 */
export function checkEntry(entry: ContextEntry, seen: Map<string, string>): void {
  const fault =
    nameFault(entry.path) ?? placeFault(entry.path, seen) ?? (entry.type === "symlink" ? linkFault(entry) : undefined);
  if (fault !== undefined) {
    throw new ImageSpecError("E_INTERNAL", `build context: entry ${JSON.stringify(entry.path)} ${fault}`);
  }
  seen.set(entry.path, entry.type);
}

function nameFault(path: string): string | undefined {
  if (path.includes("\0")) return "holds NUL";
  if (!path.isWellFormed()) return "is not Unicode text";
  const parts = path.split("/");
  if (parts.some((part) => part === "" || part === "." || part === "..")) return "is not a plain relative path";
  return undefined;
}

function placeFault(path: string, seen: Map<string, string>): string | undefined {
  if (seen.has(path)) return "comes twice";
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    if (seen.get(path.slice(0, slash)) !== "directory") return "does not stand behind its folder";
  }
  return undefined;
}

function linkFault({ link }: Extract<ContextEntry, { type: "symlink" }>): string | undefined {
  if (link === "" || link.includes("\0") || !link.isWellFormed()) return "has no usable link target";
  return undefined;
}
