import { existsSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript-api";
import { ROOT, sourceFile } from "./source-file.ts";
import { placeOf, syntaxOf } from "./syntax.ts";

/** What a module exports, by name: the node whose docblock users read. */
export type Exports = Map<string, ts.Node>;

/** Public exports of an entry file that have no docblock, where they are declared. */
export function undocumented(entry: string): string[] {
  return [...exportsOf(entry, new Map())]
    .filter(([, node]) => !hasDocblock(node))
    .map(([name, node]) => `${placeOf(node)} ${name}`);
}

/** Follows `export … from "./x.ts"`; what comes from another package is that one's to document. */
function exportsOf(path: string, seen: Map<string, Exports>): Exports {
  const known = seen.get(path);
  if (known !== undefined) return known;
  const found: Exports = new Map();
  seen.set(path, found);
  const file = syntaxOf(path, sourceFile(path).text);
  const declared = new Map<string, ts.Node>();
  const imported = new Map<string, { path: string; name: string }>();
  for (const statement of file.statements) {
    for (const [name, node] of declarationsOf(statement)) {
      declared.set(name, declared.get(name) ?? node);
      if (isExported(statement)) found.set(isDefault(statement) ? "default" : name, declared.get(name) ?? node);
    }
    const target = ts.isImportDeclaration(statement) && relativeTarget(path, statement.moduleSpecifier);
    if (target && ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      if (name !== undefined) imported.set(name.text, { path: target, name: "default" });
      if (namedBindings !== undefined && ts.isNamedImports(namedBindings)) {
        for (const one of namedBindings.elements)
          imported.set(one.name.text, { path: target, name: (one.propertyName ?? one.name).text });
      }
    }
    if (ts.isExportAssignment(statement)) found.set("default", statement);
  }
  for (const statement of file.statements) {
    if (!ts.isExportDeclaration(statement)) continue;
    const target = statement.moduleSpecifier && relativeTarget(path, statement.moduleSpecifier);
    if (statement.exportClause === undefined) {
      if (target !== undefined)
        for (const [name, node] of exportsOf(target, seen)) if (name !== "default") found.set(name, node);
    } else if (ts.isNamespaceExport(statement.exportClause)) {
      if (target !== undefined) found.set(statement.exportClause.name.text, statement);
    } else {
      for (const { name, propertyName } of statement.exportClause.elements) {
        const own = (propertyName ?? name).text;
        const from = target === undefined ? imported.get(own) : { path: target, name: own };
        const node = from === undefined ? declared.get(own) : exportsOf(from.path, seen).get(from.name);
        if (node !== undefined) found.set(name.text, node);
      }
    }
  }
  return found;
}

function declarationsOf(statement: ts.Statement): [string, ts.Node][] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((one) => [one.name.getText(), statement]);
  }
  const named =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return named ? [[statement.name?.text ?? "default", statement]] : [];
}

function modifiersOf(statement: ts.Statement): readonly ts.Modifier[] {
  return (ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined) ?? [];
}

const isExported = (statement: ts.Statement) =>
  modifiersOf(statement).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
const isDefault = (statement: ts.Statement) =>
  modifiersOf(statement).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);

function relativeTarget(path: string, specifier: ts.Expression): string | undefined {
  if (!ts.isStringLiteral(specifier) || !specifier.text.startsWith(".")) return undefined;
  const target = join(path, "..", specifier.text);
  return existsSync(join(ROOT, target)) ? target : undefined;
}

function hasDocblock(node: ts.Node): boolean {
  const text = node.getSourceFile().text;
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return comments.some(({ pos, end }) => /^\/\*\*[\s\S]*\w/.test(text.slice(pos, end)));
}
