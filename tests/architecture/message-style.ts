import ts from "typescript-api";
import { placeOf, textsOf, VALUE, walk } from "./syntax.ts";

/**
 * The style of errors. A message starts with its subject, so never with one of these words, and has no full stop at its
 * end. A hint is one or more sentences that say what to do: the first word is a verb of `IMPERATIVES`, with a capital
 * letter, and the last character is a full stop. Parts that only a run knows are taken as they come.
 */
const NO_SUBJECT =
  /^(?:can|can't|cannot|could|couldn't|error|failed|failure|invalid|it|not|there|this|unable|unexpected|what)\b/i;

/** Verbs that hints begin with. A new one is added here, once it is clear that none of these says it. */
const IMPERATIVES = new Set(
  `Activate Add Allow Ask Await Build Change Check Choose Close Convert Copy Correct Create Declare Delete Download Drop
  Enable Export Free Give Grant Install Keep Leave Limit List Lock Log Look Lower Make Mount Move Name Open Pass Pin Point
  Provide Publish Pull Push Put Raise Read Rebuild Register Remove Rename Repeat Replace Report Restart Run See Select Serve Set
  Ship Shorten Split Start Stop Switch Take Try Turn Unset Update Upgrade Use Wait Write`.split(/\s+/),
);

/** What is wrong with the messages and hints of a file, one line each. */
export function styleFaults(file: ts.SourceFile): string[] {
  const faults: string[] = [];
  walk(file, (node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === "ImageSpecError" && node.arguments?.[1]) {
      const [, message] = node.arguments;
      for (const text of textsOf(message)) {
        const fault = messageFault(text);
        if (fault !== undefined) faults.push(`${placeOf(message)} message ${fault}: ${shown(text)}`);
      }
    }
    const named = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node);
    if (named && /^(?:hint|\w+Hint)$/.test(node.name.getText()) && node.initializer) {
      for (const text of textsOf(node.initializer)) {
        const fault = hintFault(text);
        if (fault !== undefined) faults.push(`${placeOf(node)} hint ${fault}: ${shown(text)}`);
      }
    }
  });
  return faults;
}

export function messageFault(text: string): string | undefined {
  if (text.trim() === "") return "is empty";
  if (text.endsWith(".")) return "ends with a full stop";
  return NO_SUBJECT.test(text) ? "does not start with its subject" : undefined;
}

export function hintFault(text: string): string | undefined {
  // Where a shape demands a hint and there is none to give.
  if (text === "") return undefined;
  const [first = ""] = text.split(/[\s:]/, 1);
  if (!IMPERATIVES.has(first)) return "does not begin with a verb of the list";
  return text.endsWith(".") ? undefined : "does not end with a full stop";
}

const shown = (text: string) => text.replaceAll(VALUE, "…");
