import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ImageSpecError } from "@imagespec/core";
import { draftSpec, findSpecFile, specYaml } from "@imagespec/spec-file";
import { EXIT } from "../exit-codes.ts";
import type { Command } from "./command-context.ts";

/** `init`: writes a first spec from what lies in the folder, and prints its path; asks on a terminal, unless --yes. */
export const init: Command = async ({ line, signal, print, tell }) => {
  const folder = resolve(line.root ?? ".");
  if (!existsSync(folder))
    throw new ImageSpecError("E_INPUT_FILE", `${folder} (--root) is not a folder`, { hint: "Check the path." });
  const present = specFileIn(folder);
  if (present !== undefined) {
    throw new ImageSpecError("E_INPUT_FILE", `${present} exists already, and nothing is overwritten`, {
      hint: "Build it with imagespec build, or remove it first.",
    });
  }
  const draft = await draftSpec(folder, signal);
  if (!line.yes && process.stdin.isTTY && process.stderr.isTTY) {
    const { askAboutDraft } = await import("../ask/ask-about-draft.ts");
    draft.parameters = await askAboutDraft(draft.parameters, signal);
  }
  const file = join(folder, "imagespec.yaml");
  // Fails where the file exists by now.
  await writeFile(file, specYaml(draft), { flag: "wx" });
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
