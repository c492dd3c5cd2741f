import ts from "typescript-api";
import { placeOf, walk } from "./syntax.ts";

/** Types that say nothing of what `details` holds. */
const NOTHING_SAID = /^(?:any|unknown|object|\{\}|(?:Readonly<)?Record<string,(?:any|unknown)>>?)$/;

/**
 * Where the `details` of an error have no type of their own: declared as anything, or read by a cast. Whoever steers by
 * a detail is to be told by the compiler when its name changes.
 */
export function untypedDetails(file: ts.SourceFile): string[] {
  const faults: string[] = [];
  walk(file, (node) => {
    if ((ts.isAsExpression(node) || ts.isTypeAssertionExpression(node)) && readsDetails(node.expression)) {
      faults.push(`${placeOf(node)} reads details by a cast: ${node.getText()}`);
    }
    const declared =
      ts.isPropertySignature(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isVariableDeclaration(node);
    if (!declared || node.name.getText() !== "details" || node.type === undefined) return;
    const parts = ts.isUnionTypeNode(node.type) ? node.type.types : [node.type];
    if (parts.some((part) => NOTHING_SAID.test(part.getText().replace(/\s/g, "")))) {
      faults.push(`${placeOf(node)} declares details that may be anything: ${node.getText()}`);
    }
  });
  return faults;
}

function readsDetails(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return readsDetails(node.expression);
  return (ts.isPropertyAccessExpression(node) && readsName(node)) || (ts.isIdentifier(node) && node.text === "details");
}

function readsName(node: ts.PropertyAccessExpression): boolean {
  return node.name.text === "details" || readsDetails(node.expression);
}
