import { redact } from "@imagespec/registry/terms";
import { shellWord } from "./quote-shell.ts";

/** Characters of an argument above which it is a program, of which a message shows the beginning. */
const LONGEST = 1000;
const SHOWN = 60;

/**
 * A command line as one would type it into a POSIX shell, for messages, with `***` for the secrets; never to be run by
 * one. Of very long arguments it has the beginning.
 */
export function escapeCommand(command: string, args: readonly string[], secrets: readonly string[] = []): string {
  const words = [command, ...args].map((argument) =>
    // Secrets are known only while they are whole.
    argument.length > LONGEST ? `${redact(argument, secrets).slice(0, SHOWN)}…` : argument,
  );
  return redact(words.map(escapeArgument).join(" "), secrets);
}

function escapeArgument(argument: string): string {
  // Control characters would break the one line a command has in a log.
  return shellWord(argument.replace(/[\n\r\t]/g, (char) => ({ "\n": "\\n", "\r": "\\r", "\t": "\\t" })[char] ?? char));
}
