import { cacheFolder } from "@imagespec/core/builder";
import { type Difference, explainDifference, imageName, readLastIdentity } from "@imagespec/core/internal";
import { EXIT } from "../exit-codes.ts";
import { onlyTarget } from "./chosen-targets.ts";
import type { Command } from "./command-context.ts";
import { resolveTarget } from "./resolve-target.ts";

/** `explain`: the identity document, and where it differs from that of the last image of this name built here. */
export const explain: Command = async (context) => {
  const { target } = await onlyTarget(context);
  const { reference, resolved, identity } = await resolveTarget(target, context);
  const name = imageName(resolved.target);
  const last = await readLastIdentity(cacheFolder(context.env), name);
  const differences = last === undefined ? [] : explainDifference(last.document, identity.document);
  const document = JSON.parse(identity.document) as unknown;
  if (context.line.json) {
    const { tag } = identity;
    context.print(JSON.stringify({ reference, tag, document, last: last?.tag ?? null, differences }));
    return EXIT.done;
  }
  context.print(JSON.stringify(document, null, 2));
  context.print(`\ntag ${identity.tag}`);
  if (last === undefined) context.print(`no image ${name} was built here before`);
  else if (differences.length === 0) context.print(`same content as the last one built (${last.tag})`);
  else context.print([`the last one built was ${last.tag}; since then:`, ...differences.map(describe)].join("\n"));
  return EXIT.done;
};

function describe({ path, kind, before, after }: Difference): string {
  const file = path.startsWith("files ");
  if (file && kind === "changed") return `  ${path}: ${fileChange(before as string[], after as string[])}`;
  if (kind === "changed") return `  ${path}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`;
  return `  ${path}: ${kind}${file ? "" : ` ${JSON.stringify(kind === "added" ? after : before)}`}`;
}

function fileChange(before: readonly string[], after: readonly string[]): string {
  const parts = ["type", "mode", "content"].filter((_, index) => before[index] !== after[index]);
  return `${parts.join(" and ")} changed${parts.includes("mode") ? ` (mode ${before[1]} -> ${after[1]})` : ""}`;
}
