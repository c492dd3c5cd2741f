import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageSpecJsonSchema } from "@imagespec/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUILDERS } from "./matrix/cell.ts";
import { MATRIX } from "./matrix/matrix.ts";
import { matrixPage } from "./matrix/matrix-page.ts";
import { examine } from "./matrix/supported.ts";

const root = join(import.meta.dirname, "..");
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "imagespec-matrix-"));
  await mkdir(join(folder, "app"));
  for (const name of ["app/train.py", "netrc", "requirements.txt"]) await writeFile(join(folder, name), "");
  await writeFile(join(folder, "config.json"), "{}");
  await mkdir(join(folder, "project"));
  await writeFile(join(folder, "project/pyproject.toml"), "[dependency-groups]\nlint = []\n");
  await writeFile(
    join(folder, "project/uv.lock"),
    'version = 1\n[[package]]\nname = "app"\nsource = { virtual = "." }\n',
  );
});
afterAll(() => rm(folder, { recursive: true }));

const rows = Object.entries(MATRIX);

test("the table has a row for every parameter of a spec, and no other", () => {
  const { properties } = imageSpecJsonSchema() as { properties: Record<string, unknown> };
  const camel = Object.keys(properties).filter((name) => !name.includes("_") && name !== "images");
  expect(rows.map(([name]) => name).sort()).toEqual(camel.sort());
});

const cells = rows.flatMap(([parameter, row]) => BUILDERS.map((builder) => ({ parameter, builder, row })));

describe("each parameter and builder", () => {
  test.each(cells)("$parameter with $builder", async ({ parameter, builder, row }) => {
    const cell = row.cells[builder];
    // noop takes a base alone; the others build on one that is given, unless the parameter chooses it.
    const base = "baseImage" in row.example && row.example.baseImage === undefined ? {} : { baseImage: "debian:12" };
    const { refused, text } = await examine(builder, { ...base, ...row.example }, folder);
    if (cell.status === "refused") {
      // A parameter that only means something beside another is refused with that one.
      const names = Object.keys(row.example);
      expect(refused.length).toBeGreaterThan(0);
      for (const one of refused) expect([...names, "baseImage"]).toContain(one.parameter);
      for (const one of refused) expect(one.reason).toMatch(/\S/);
      return;
    }
    expect(refused, `${builder} takes ${parameter}`).toEqual([]);
    if (cell.status === "text") expect(text).toMatch(cell.says);
  });
});

test("docs/guide/matrix.md is written from the table (vitest -u writes it)", async () => {
  const reasons: Record<string, string> = {};
  for (const { parameter, builder, row } of cells) {
    if (row.cells[builder].status !== "refused" || builder === "noop") continue;
    const { refused } = await examine(builder, { baseImage: "debian:12", ...row.example }, folder);
    reasons[`${builder} ${parameter}`] = refused.map(({ reason }) => reason).join("; ");
  }
  await expect(matrixPage(reasons)).toMatchFileSnapshot(join(root, "docs/guide/matrix.md"));
});
