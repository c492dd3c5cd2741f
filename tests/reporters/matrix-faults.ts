import type { TestModule } from "vitest/node";
import { BUILDERS, type BuilderName } from "../matrix/cell.ts";
import { MATRIX } from "../matrix/matrix.ts";

/** The matrix has no row of cells for a builder that others publish, like that of an example. */
const inMatrix = (builder: string | undefined): builder is BuilderName => BUILDERS.some((name) => name === builder);

/** Where the matrix of builders and the tests that ran say different things, one line each. */
export function matrixFaults(modules: readonly TestModule[]): string[] {
  const shown = new Set<string>();
  for (const module of modules) {
    for (const test of module.children.allTests("passed")) {
      const { builder, shows } = test.meta();
      if (!inMatrix(builder)) continue;
      for (const parameter of shows ?? []) shown.add(`${builder} ${parameter}`);
    }
  }
  const cells = Object.entries(MATRIX).flatMap(([parameter, row]) =>
    BUILDERS.map((builder) => ({ key: `${builder} ${parameter}`, status: row.cells[builder].status })),
  );
  const needTest = new Set(
    cells.filter(({ status }) => status === "built" || status === "adopted").map(({ key }) => key),
  );
  return [
    ...[...needTest]
      .filter((key) => !shown.has(key))
      .map((key) => `no test that passed shows what the matrix says of: ${key}`),
    ...[...shown].filter((key) => !needTest.has(key)).map((key) => `a test shows what the matrix does not say: ${key}`),
  ];
}
