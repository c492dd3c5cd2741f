import { explainIdentity, type FileDecision, imageName } from "@imagespec/core/internal";
import type { Command } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";
import { differenceLine } from "../print/difference-line.ts";
import { fileLine } from "../print/file-line.ts";
import { printable } from "../print/terminal-text.ts";
import { onlyTarget } from "../target/chosen-targets.ts";
import { resolveTarget } from "../target/resolve-target.ts";

/**
 * `explain`: the identity document, and where it differs from that of the last build of this name here, or of an image
 * in a registry; with `--files` why each file is in or out instead.
 */
export const explain: Command = async (context) => {
  const { line, env, signal } = context;
  const { target } = await onlyTarget(context);
  const files: FileDecision[] = [];
  const prepared = await resolveTarget(target, context, line.files ? (file) => void files.push(file) : undefined);
  const { reference, resolved, identity } = prepared;
  if (line.files) {
    files.sort((one, other) => (one.path < other.path ? -1 : 1));
    if (line.json) context.print(JSON.stringify({ reference, tag: identity.tag, files }));
    else for (const file of files) context.print(fileLine(file));
    return EXIT.done;
  }
  const found = await explainIdentity(prepared, { against: line.against, env, signal });
  const document = JSON.parse(identity.document) as unknown;
  if (line.json) {
    const { against = null, differences = [] } = found ?? {};
    context.print(JSON.stringify({ reference, tag: identity.tag, document, against, differences }));
    return EXIT.done;
  }
  context.print(JSON.stringify(document, null, 2));
  context.print(`\ntag ${identity.tag}`);
  if (found === undefined) {
    context.print(
      `${imageName(resolved.target)} has not been built on this machine yet; --against compares with an image in a registry`,
    );
    return EXIT.done;
  }
  const { against, differences } = found;
  const other = line.against === undefined ? `the last one built (${against.reference})` : against.reference;
  for (const { index, date, sha256 } of against.aptIndexes ?? [])
    context.print(printable(`Debian packages of ${other} come from ${index} of ${date} (sha256 ${sha256})`));
  if (differences.length === 0) context.print(`same content as ${other}`);
  else context.print([`what changed since ${other}:`, ...differences.map(differenceLine)].join("\n"));
  return EXIT.done;
};
