import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findSpecFile } from "./find-spec-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "find-spec-file-"));
});
afterEach(() => rm(folder, { recursive: true }));

const refused = (message: RegExp) =>
  expect.objectContaining({ code: "E_INPUT_FILE", message: expect.stringMatching(message) });

it.each([
  ["a file that is not there", "missing.yaml", /missing\.yaml does not exist$/],
  ["a file below a file", "file.yaml/x.yaml", /x\.yaml does not exist$/],
  ["a link to itself", "loop.yaml", /loop\.yaml cannot be read: ELOOP/],
  ["a name that is too long", `${"n".repeat(300)}.yaml`, /n\.yaml cannot be read: ENAMETOOLONG/],
])("says of %s what is wrong with it", async (_what, named, message) => {
  await writeFile(join(folder, "file.yaml"), "");
  await symlink("loop.yaml", join(folder, "loop.yaml"));
  expect(() => findSpecFile(named, folder)).toThrow(refused(message));
});

it.each([
  ["leads to itself", "imagespec.yaml", /imagespec\.yaml cannot be read: ELOOP/],
  ["leads nowhere", "elsewhere.yaml", /imagespec\.yaml does not exist$/],
])("names the file of the folder whose link %s", async (_how, target, message) => {
  await symlink(target, join(folder, "imagespec.yaml"));
  expect(() => findSpecFile(undefined, folder)).toThrow(refused(message));
});
