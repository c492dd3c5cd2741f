import type { Difference } from "@imagespec/core/internal";
import { printable } from "./progress.ts";

/** One difference of two identities as a line; what comes from outside is printed without control characters. */
export function differenceLine(difference: Difference): string {
  const { of, name } = difference;
  const subject = of === name.split(".")[0] ? of : `${of} ${name}`;
  return printable(`  ${subject.trimEnd()}: ${change(difference)}`);
}

function change({ of, name, kind, before, after }: Difference): string {
  if ((of === "file" || of === "lock") && name !== "") {
    return kind === "changed" ? fileChange(before as string[], after as string[]) : kind;
  }
  if (kind === "reordered") return "in another order";
  const [old, now] = [value(before), value(after)];
  if (kind === "changed") return old === undefined || now === undefined ? "changed" : `${old} -> ${now}`;
  return [kind, kind === "added" ? now : old].filter(Boolean).join(" ");
}

/** Undefined for a value that is not told: of a list it says how long it is. */
function value(told: unknown): string | undefined {
  if (typeof told !== "object" || told === null || !("sha256" in told)) return JSON.stringify(told);
  return "items" in told ? `${told.items} files` : undefined;
}

function fileChange(before: readonly string[], after: readonly string[]): string {
  const parts = ["type", "mode", "content"].filter((_, index) => before[index] !== after[index]);
  return `${parts.join(" and ")} changed${parts.includes("mode") ? ` (mode ${before[1]} -> ${after[1]})` : ""}`;
}
