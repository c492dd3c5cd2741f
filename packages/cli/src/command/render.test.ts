import { afterEach, beforeEach, expect, it } from "vitest";
import { CliFolder } from "../fixtures/cli-process.ts";

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
});
afterEach(() => cli.remove());

it("prints kaniko's dialect where it is named, and refuses a name that is misspelt", async () => {
  await cli.write("imagespec.json", '{ "name": "app", "base_image": "base:1" }');
  const [plain, named, misspelt] = [
    await cli.run(["render"]),
    await cli.run(["render", "--builder", "kaniko"]),
    await cli.run(["render", "--builder", "kanico"]),
  ];
  expect([plain.code, named.code]).toEqual([0, 0]);
  expect(named.stdout).not.toBe(plain.stdout);
  expect([misspelt.code, misspelt.stdout]).toEqual([1, ""]);
  expect(misspelt.stderr).toMatch(/E_BUILDER_UNKNOWN: Builder "kanico" is not installed\nhint: Use one of .*kaniko/);
});
