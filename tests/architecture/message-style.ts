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
 * What is wrong with the messages and hints of a file, one line each. A message is what `ImageSpecError` gets, itself,
 * by a variable or by a function that hands it on. Texts by position are those of the file's own functions, and of
 * `others`.
 */
export function styleFaults(file: ts.SourceFile, others: TextTakers = new Map()): string[] {
  const takers = new Map([...others, ...textTakers(file)]);
  const messages = messageVariables(file, takers);
  const faults: string[] = [];
  const judge = (kind: TextKind, expression: ts.Expression) => {
    for (const text of textsOf(expression)) {
      const fault = kind === "hint" ? hintFault(text) : messageFault(text);
      if (fault !== undefined) faults.push(`${placeOf(expression)} ${kind} ${fault}: ${shown(text)}`);
    }
  };
  walk(file, (node) => {
    for (const [kind, text] of textsGiven(node, takers)) judge(kind, text);
    const named = ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node) || ts.isParameter(node);
    if (named && isHint(node.name) && node.initializer) judge("hint", node.initializer);
    if (ts.isVariableDeclaration(node) && node.initializer && messages.some((one) => isUseOf(one, node)))
      judge("message", node.initializer);
  });
  return faults;
}

type TextKind = "message" | "hint";

/** For each function that takes a message or a hint by position, by its name: what it takes at which position. */
export type TextTakers = ReadonlyMap<string, ReadonlyMap<number, TextKind>>;

/** The functions and methods of a file that take such texts by position. */
function textTakers(file: ts.SourceFile): TextTakers {
  return takersOf(file, (node) => {
    const { parent } = node;
    const isNamed = ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isPropertyAssignment(parent);
    return node.name ?? (isNamed ? parent.name : undefined);
  });
}

/**
 * The methods and exported functions of a file that take such texts by position, which other files call by the same
 * name.
 */
export function sharedTakers(file: ts.SourceFile): TextTakers {
  return takersOf(file, (node) => {
    const isExported = ts.isFunctionDeclaration(node) && ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export;
    return ts.isMethodDeclaration(node) || isExported ? node.name : undefined;
  });
}

function takersOf(file: ts.SourceFile, nameOf: (node: ts.SignatureDeclaration) => ts.Node | undefined): TextTakers {
  const takers = new Map<string, Map<number, TextKind>>();
  const messages = messageVariables(file);
  walk(file, (node) => {
    const name = ts.isFunctionLike(node) ? nameOf(node)?.getText() : undefined;
    if (!ts.isFunctionLike(node) || name === undefined) return;
    for (const [at, parameter] of node.parameters.entries()) {
      const isMessage = messages.some((one) => isUseOf(one, parameter));
      if (!isMessage && !isHint(parameter.name)) continue;
      takers.set(name, (takers.get(name) ?? new Map()).set(at, isMessage ? "message" : "hint"));
    }
  });
  return takers;
}

/** The variables that are given as messages, each where it is. */
function messageVariables(file: ts.SourceFile, takers: TextTakers = new Map()): ts.Identifier[] {
  const found: ts.Identifier[] = [];
  walk(file, (node) => {
    for (const [kind, text] of textsGiven(node, takers))
      if (kind === "message" && ts.isIdentifier(text)) found.push(text);
  });
  return found;
}

/** Whether a variable is the one that is declared there: it has its name, and stands in the same function. */
function isUseOf(variable: ts.Identifier, declared: ts.VariableDeclaration | ts.ParameterDeclaration): boolean {
  if (declared.name.getText() !== variable.text) return false;
  const around = ts.findAncestor(declared, ts.isFunctionLike);
  return around === undefined || ts.findAncestor(variable, (node) => node === around) !== undefined;
}

/** The messages and hints that a call or a new error is given by position. */
function textsGiven(node: ts.Node, takers: TextTakers): [TextKind, ts.Expression][] {
  if (ts.isNewExpression(node) && node.expression.getText() === "ImageSpecError")
    return (node.arguments ?? []).slice(1, 2).map((message) => ["message", message]);
  if (!ts.isCallExpression(node)) return [];
  const kinds = takers.get(calledName(node));
  return node.arguments.flatMap((text, at): [TextKind, ts.Expression][] => {
    const kind = kinds?.get(at);
    return kind === undefined ? [] : [[kind, text]];
  });
}

function calledName({ expression }: ts.CallExpression): string {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : expression.getText();
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
