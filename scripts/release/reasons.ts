import type { ReleasePlan } from "@changesets/types";

/** Why a package is released: the first sentence of each changeset, or the dependency whose release causes it. */
export function reasonsOf(release: ReleasePlan["releases"][number], plan: ReleasePlan): string[] {
  const reasons = release.changesets.flatMap((id) => {
    const changeset = plan.changesets.find((one) => one.id === id);
    return changeset === undefined ? [] : [firstSentence(changeset.summary)];
  });
  return reasons.length > 0 ? reasons : ["a package it depends on is released outside its range"];
}

function firstSentence(summary: string): string {
  const [paragraph = ""] = summary.trim().split(/\n\s*\n/);
  const line = paragraph.replaceAll(/\s+/g, " ");
  return /^.*?[.:](?= |$)/.exec(line)?.[0] ?? line;
}
