import { type Instruction, instruction } from "./instruction.ts";
import { type Mount, renderMount } from "./mount.ts";

// Physical lines that the frontend would not pass on as they are: control characters, here-documents, a continuation
// at the end, white space it may cut off, a line it takes for a comment, or one longer than its scanner reads (64 KiB).
const UNSAFE = /[\p{Cc}\u2028\u2029]|<<|\\\s*$|^\s|\s$|^$|^#/u;
/** In bytes. */
const LONGEST_LINE = 60_000;

/**
 * A RUN instruction that gives /bin/sh exactly the script made of `lines`, joined by spaces: so every line ends where
 * the shell can go on behind it. A script that the shell form would change goes as a JSON array instead, where every
 * character can be written. The shell form needs SHELL to be `/bin/sh -c`.
 */
export function renderRun(lines: readonly string[], mounts: readonly Mount[] = []): string {
  const flags = mounts.map(renderMount);
  const isUnsafe = (line: string) => UNSAFE.test(line) || Buffer.byteLength(line) > LONGEST_LINE;
  if (lines.some(isUnsafe) || !/^\s*[^[\s]/.test(lines[0] ?? "")) {
    return ["RUN", ...flags, renderExec(["/bin/sh", "-c", lines.join(" ")])].join(" ");
  }
  const [first = "", ...rest] = lines;
  const start = flags.length > 0 ? [`RUN ${flags.join(" \\\n    ")}`, first] : [`RUN ${first}`];
  return [...start, ...rest].join(" \\\n    ");
}

/** The RUN instruction of a step's script, see {@link renderRun}. */
export function run(
  step: Instruction["step"],
  script: readonly string[],
  title?: string,
  mounts?: readonly Mount[],
): Instruction {
  return instruction(step, renderRun(script, mounts), title);
}

/** A JSON array for RUN, ENTRYPOINT and CMD: taken literally, no variables are replaced. */
export function renderExec(words: readonly string[]): string {
  // `<` is written as an escape so that no frontend sees the start of a here-document.
  return continued(`[${words.map((word) => JSON.stringify(word).replaceAll("<", "\\u003c")).join(", ")}]`);
}

/** Characters of a line, each of up to four bytes. */
const PART = new RegExp(`.{1,${LONGEST_LINE / 4 - 1}}[^\\s\\\\](?![\\s#])|.+`, "gsu");

/**
 * A text on as many physical lines as it needs, which the frontend joins to the same text: none ends in what it could
 * take for part of the continuation, or begins with what it would cut off or take for a comment.
 */
function continued(text: string): string {
  return Buffer.byteLength(text) <= LONGEST_LINE ? text : (text.match(PART) ?? []).join("\\\n");
}
