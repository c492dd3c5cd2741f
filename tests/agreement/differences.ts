import type { Aspect, Difference } from "./compare-images.ts";

/** Something in which images of one tag may differ by their builder, and why. */
export interface AllowedDifference {
  of: "path" | "config";
  /** A path or field; `*` stands for any text without `/`, `**` for any text. */
  pattern: string;
  aspects: readonly Aspect[];
  reason: string;
}

/** The whole of what may differ; docs/agreement.md prints it, and a line that nothing needs any more is an error. */
export const ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [
  {
    of: "config",
    pattern: "Labels dev.imagespec.builder",
    aspects: ["content"],
    reason: "Says which builder made the image, and in which version.",
  },
];

/** The line of the table that allows the difference. */
export function allowedBy(difference: Difference): AllowedDifference | undefined {
  return ALLOWED_DIFFERENCES.find(
    ({ of, pattern, aspects }) =>
      of === difference.of && aspects.includes(difference.aspect) && matcher(pattern).test(difference.name),
  );
}

function matcher(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : part.replaceAll(/[\\^$.+?()[\]{}|/]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}
