import type { Difference } from "@imagespec/core/internal";
import { printable } from "./terminal-text.ts";

/** One difference of two identities as a line, without the control characters that texts from outside may have. */
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

/** The value as text. One that is recorded only by its sha256 is undefined, or for a list of files its length. */
function value(told: unknown): string | undefined {
  if (typeof told !== "object" || told === null || !("sha256" in told)) return JSON.stringify(told);
  return "items" in told ? `${told.items} files` : undefined;
}

function fileChange(before: readonly string[], after: readonly string[]): string {
  const parts = ["type", "mode", "content"].filter((_, index) => before[index] !== after[index]);
  return `${parts.join(" and ")} changed${parts.includes("mode") ? ` (mode ${before[1]} -> ${after[1]})` : ""}`;
}
