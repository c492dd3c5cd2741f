import ts from "typescript-api";

/** The syntax of a file, with parents set. No types: a rule that needs them belongs to the compiler. */
export function syntaxOf(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Calls `visit` for the node and all below it. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** `path:line` of a node, as editors and terminals link it. */
export function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Stands for a value in the texts of `textsOf`. */
export const VALUE = "\u{fffc}";

/**
 * What an expression may read as, with `VALUE` for what only a run knows: one text for a literal or template, several
 * for alternatives (`a ? "x" : "y"`), none for a name, which is judged where it is made.
 */
export function textsOf(node: ts.Expression): string[] {
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    if (node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) {
      return [...textsOf(node.left), ...textsOf(node.right)];
    }
    if (node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      const [left, right] = [textsOrValue(node.left), textsOrValue(node.right)];
      return left.flatMap((before) => right.map((after) => before + after));
    }
    return [];
  }
  if (!ts.isTemplateExpression(node)) return [];
  return node.templateSpans.reduce<string[]>(
    (texts, { expression, literal }) =>
      texts.flatMap((before) => textsOrValue(expression).map((value) => before + value + literal.text)),
    [node.head.text],
  );
}

function textsOrValue(node: ts.Expression): string[] {
  const texts = textsOf(node);
  return texts.length === 0 ? [VALUE] : texts;
}
