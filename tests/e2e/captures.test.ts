import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { ROOT } from "../architecture/source-file.ts";

test("the docs' pictures of terminals can be remade, and show what the pages say", async () => {
  const folder = mkdtempSync(join(tmpdir(), "imagespec-captures-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // Fails, naming the picture, where one does not show what it is for.
  await execa("node", ["scripts/captures.ts", folder], { cwd: ROOT, stdio: "inherit" });
  const made = readdirSync(folder).filter((name) => statSync(join(folder, name)).size > 10_000);
  expect(made.sort()).toEqual(readdirSync(join(ROOT, "docs/public/captures")).sort());
});
