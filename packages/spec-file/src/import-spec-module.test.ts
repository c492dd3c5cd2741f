import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importSpecModule } from "./import-spec-module.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "spec-module-"));
});
afterAll(() => rmSync(root, { recursive: true }));

function specModule(name: string, text: string): string {
  const file = join(root, name);
  writeFileSync(file, text);
  return file;
}

it.each([
  ["loads", "export default 1;"],
  ["fails", "throw new Error('no');"],
])("leaves nothing on the signal of a module that %s", async (what, text) => {
  const { signal } = new AbortController();
  await importSpecModule(specModule(`${what}.mjs`, text), root, signal).catch(() => undefined);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

it("is E_ABORTED for a signal that was aborted before or while the module loads", async () => {
  const file = specModule("waits.mjs", "await new Promise(() => {}); export default 1;");
  await expect(importSpecModule(file, root, AbortSignal.abort())).rejects.toMatchObject({ code: "E_ABORTED" });
  await expect(importSpecModule(file, root, AbortSignal.timeout(20))).rejects.toMatchObject({ code: "E_ABORTED" });
});
