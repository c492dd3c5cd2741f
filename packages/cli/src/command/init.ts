import { statSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ImageSpecError } from "@imagespec/core";
import { writeFault } from "@imagespec/core/internal";
import { draftSpec, findSpecFile, specYaml } from "@imagespec/spec-file";
import type { Command } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";

/** `init`: writes a first spec from what lies in the folder, and prints its path; asks on a terminal, unless --yes. */
export const init: Command = async ({ line, signal, print, tell }) => {
  const folder = resolve(line.root ?? ".");
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new ImageSpecError("E_INPUT_FILE", `${folder} (--root) is not a folder`, { hint: "Check the path." });
  const present = specFileIn(folder);
  if (present !== undefined) throw inTheWay(present, "Build it with imagespec build, or remove it first.");
  const draft = await draftSpec(folder, signal);
  if (!line.yes && process.stdin.isTTY && process.stderr.isTTY) {
    const { askAboutDraft } = await import("../ask/ask-about-draft.ts");
    draft.parameters = await askAboutDraft(draft.parameters, signal);
  }
  const file = join(folder, "imagespec.yaml");
  await writeNew(file, specYaml(draft));
  for (const note of draft.notes) tell(`note: ${note}\n`);
  print(file);
  tell("Build it with: imagespec build\n");
  return EXIT.done;
};

function specFileIn(folder: string): string | undefined {
  try {
    return findSpecFile(undefined, folder);
  } catch {
    return undefined;
  }
}

/** Writes a file that does not exist yet; nothing of it stays when it cannot be written whole. */
async function writeNew(path: string, text: string): Promise<void> {
  const handle = await open(path, "wx").catch((error: NodeJS.ErrnoException) => {
    // A folder or a link that leads nowhere is in the way as well, though it is no spec file.
    throw error.code === "EEXIST" ? inTheWay(path, "Remove it first.") : writeFault(error, path);
  });
  try {
    await handle.writeFile(text).finally(() => handle.close());
  } catch (error) {
    await rm(path, { force: true });
    throw writeFault(error, path);
  }
}

function inTheWay(path: string, hint: string): ImageSpecError {
  return new ImageSpecError("E_INPUT_FILE", `${path} exists already, and nothing is overwritten`, { hint });
}
