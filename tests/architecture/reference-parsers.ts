import ts from "typescript-api";
import { placeOf, walk } from "./syntax.ts";

/**
 * The one folder that takes references apart; a registry of tests, which reads them as any registry does; and what
 * looks for user info in texts.
 */
const HOMES = /^packages\/(?:registry\/src\/(?:reference\/|errors\/user-info\.ts)|testkit\/src\/registry-server\/)/;

/** Searches for what parts repository, tag and digest, or for what marks an OCI layout. */
const SEARCHES: Record<string, RegExp> = {
  indexOf: /^@$/,
  lastIndexOf: /^[@:]$/,
  split: /^@$/,
  startsWith: /^oci:$/,
};

/** In the text of an expression: `:[^:/]*$` and its like. */
const AFTER_LAST_COLON = /:\(?\[\^[:/]+\][*+]\)?\$/;

/**
 * Where a file takes an image reference apart by itself, or tells a base that is a layout from one that is a reference:
 * by a search for a separator, or by a regular expression for what follows the last colon.
 */
export function referenceParsers(file: ts.SourceFile): string[] {
  if (HOMES.test(file.fileName)) return [];
  const faults: string[] = [];
  walk(file, (node) => {
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const [wanted] = node.arguments;
      const method = node.expression.name.text;
      if (!Object.hasOwn(SEARCHES, method) || wanted === undefined || !ts.isStringLiteralLike(wanted)) return;
      if (SEARCHES[method]?.test(wanted.text)) faults.push(`${placeOf(node)} ${node.getText()}`);
    }
    const tag = ts.isRegularExpressionLiteral(node) && AFTER_LAST_COLON.test(node.text);
    if (tag) faults.push(`${placeOf(node)} ${node.text}`);
  });
  return faults;
}
