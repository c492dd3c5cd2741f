import { readShippedText } from "../files/read-shipped-text.ts";
import { requirementTexts } from "../files/requirement-texts.ts";
import type { ShippedFile } from "../files/shipped-file.ts";
import { DEFAULT_INDEX } from "../mirror/default-index.ts";
import { type LockAddresses, lockAddresses } from "../mirror/lock-addresses.ts";
import { indexesOf, namesDefaultIndex } from "../mirror/mirrored-requirements.ts";
import { poetrySources } from "../mirror/project-indexes.ts";
import type { PackagesStep } from "../plan/plan.ts";

/** Addresses in requirements behind an `@`, `name @ https://host/file.whl`, and those of repositories. */
const DIRECT = /@\s*(?:git\+)?(https?:\/\/[^\s"';\\]+)/g;

/**
 * Where the Python packages of a step come from, as it and its requirement files or its lock say.
 *
 * @throws ImageSpecError E_FILE_CHANGED.
 */
export async function packageAddresses(step: PackagesStep, files: readonly ShippedFile[]): Promise<LockAddresses> {
  const { source, extraArgs } = step;
  const stated = [step.index, ...step.extraIndexes].filter((address) => address !== undefined);
  if (source.from === "requirements") {
    const texts = (await requirementTexts(files)).map(({ text }) => text);
    const argued = extraArgs.flatMap((one) => one.match(/https?:\/\/\S+/) ?? []);
    const isDefault = step.index === undefined && !namesDefaultIndex(extraArgs, texts);
    return {
      indexes: unique([...stated, ...argued, ...texts.flatMap(indexesOf), ...(isDefault ? [DEFAULT_INDEX] : [])]),
      direct: unique([...source.packages, ...texts].flatMap(directAddresses)),
    };
  }
  const { indexes, direct } = lockAddresses(await readShippedText(files, source.lock));
  if (source.from !== "poetry-lock") return { indexes: unique([...stated, ...indexes]), direct: unique(direct) };
  const sources = poetrySources(await readShippedText(files, source.pyproject));
  return { indexes: unique([...stated, ...sources]), direct: unique(direct.filter((one) => !sources.includes(one))) };
}

function directAddresses(text: string): string[] {
  return [...text.matchAll(DIRECT)].map(([, address = ""]) => address);
}

function unique(addresses: readonly string[]): string[] {
  return [...new Set(addresses)];
}
