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
  Enable Export Extend Forward Free Give Grant Install Keep Leave Limit List Lock Log Look Lower Make Mount Move Name Open Pass Pin Point
  Provide Publish Pull Push Put Raise Read Rebuild Register Remove Rename Repeat Replace Report Restart Run Save See Select Serve Set
  Ship Shorten Split Start Stop Switch Take Try Turn Unset Update Upgrade Use Wait Write`.split(/\s+/),
);

/**
 * What is wrong with the messages and hints of a file, one line each. Hints by position are those of the file's own
 * functions, and of `methods` of other files.
 */
export function styleFaults(file: ts.SourceFile, methods: HintTakers = new Map()): string[] {
  const takers = new Map([...methods, ...hintTakers(file)]);
  const faults: string[] = [];
  const judgeHint = (place: ts.Node, hint: ts.Expression) => {
    for (const text of textsOf(hint)) {
      const fault = hintFault(text);
      if (fault !== undefined) faults.push(`${placeOf(place)} hint ${fault}: ${shown(text)}`);
    }
  };
  walk(file, (node) => {
    if (ts.isNewExpression(node) && node.expression.getText() === "ImageSpecError" && node.arguments?.[1]) {
      const [, message] = node.arguments;
      for (const text of textsOf(message)) {
        const fault = messageFault(text);
        if (fault !== undefined) faults.push(`${placeOf(message)} message ${fault}: ${shown(text)}`);
      }
    }
    const named = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node) || ts.isParameter(node);
    if (named && isHint(node.name) && node.initializer) judgeHint(node, node.initializer);
    for (const hint of ts.isCallExpression(node) ? hintsOf(node, takers) : []) judgeHint(hint, hint);
  });
  return faults;
}

/** For each function that takes a hint by position, by its name: the positions. */
export type HintTakers = ReadonlyMap<string, ReadonlySet<number>>;

/** The functions and methods of a file that take hints by position. */
export function hintTakers(file: ts.SourceFile): HintTakers {
  return takersOf(file, (node) => {
    const { parent } = node;
    const isNamed = ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isPropertyAssignment(parent);
    return node.name ?? (isNamed ? parent.name : undefined);
  });
}

/** The methods and exported functions of a file that take hints by position, which other files call by the same name. */
export function hintMethods(file: ts.SourceFile): HintTakers {
  return takersOf(file, (node) => {
    const isExported = ts.isFunctionDeclaration(node) && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export;
    return ts.isMethodDeclaration(node) || isExported ? node.name : undefined;
  });
}

function takersOf(file: ts.SourceFile, nameOf: (node: ts.SignatureDeclaration) => ts.Node | undefined): HintTakers {
  const takers = new Map<string, Set<number>>();
  walk(file, (node) => {
    const name = ts.isFunctionLike(node) ? nameOf(node)?.getText() : undefined;
    if (!ts.isFunctionLike(node) || name === undefined) return;
    for (const [at, parameter] of node.parameters.entries()) {
      if (isHint(parameter.name)) takers.set(name, (takers.get(name) ?? new Set()).add(at));
    }
  });
  return takers;
}

function hintsOf({ expression, arguments: given }: ts.CallExpression, takers: HintTakers): ts.Expression[] {
  const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
  return given.filter((_, at) => takers.get(name)?.has(at));
}

const isHint = (name: ts.Node) => /^(?:hint|\w+Hint)$/.test(name.getText());

export function messageFault(text: string): string | undefined {
  if (text.trim() === "") return "is empty";
  if (text.endsWith(".")) return "ends with a full stop";
  if (/^(?:an?|the|no|more|one|two)\b/.test(text)) return "starts in lower case";
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
