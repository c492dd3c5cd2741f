import { ImageSpecError } from "@imagespec/core";
import { bashScript } from "../completion/bash-script.ts";
import { completionWords, SHELLS } from "../completion/completion-words.ts";
import { fishScript } from "../completion/fish-script.ts";
import { zshScript } from "../completion/zsh-script.ts";
import type { Command } from "../context/command-context.ts";
import { EXIT } from "../exit-codes.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `completion`: the script by which a shell completes commands, options and files without starting this program. */
export const completion: Command = async ({ line, print }) => {
  const shell = SHELLS.find((one) => one === line.file);
  if (shell === undefined) {
    const message = line.file === undefined ? "No shell is given" : `No completion exists for "${line.file}"`;
    throw new ImageSpecError("E_OPTIONS", message, { hint: `Name one of ${SHELLS.join(", ")}.` });
  }
  print(SCRIPTS[shell](completionWords()).trimEnd());
  return EXIT.done;
};
