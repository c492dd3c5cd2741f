import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonWheel, zipArchive } from "@imagespec/testkit";
import { expect, it, onTestFinished } from "vitest";
import { parseMetadata, wheelMetadata } from "./wheel-metadata.ts";

it("reads what a resolver asks for, and nothing of the description", () => {
  const text = `Metadata-Version: 2.1
Name: Demo
Version: 1.0
Requires-Dist: six >=1.10
Requires-Dist: attrs ; extra
  == 'fun'
requires-python: >=3.8
Provides-Extra: fun
Summary: a: b

Requires-Dist: nothing
`;
  expect(parseMetadata(text)).toEqual({
    name: "Demo",
    version: "1.0",
    requires: ["six >=1.10", "attrs ; extra == 'fun'"],
    requiresPython: ">=3.8",
    extras: ["fun"],
  });
  expect(parseMetadata("Name: a\r\nVersion: 2\r\n\r\nName: b\r\n")).toMatchObject({ name: "a", version: "2" });
});

it("reads the metadata of a wheel, and of nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "wheel-metadata-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const read = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    return wheelMetadata(join(folder, name), name);
  };
  const { bytes } = pythonWheel({ name: "demo", version: "1.0", requires: ["six"] });
  expect(await read("demo.whl", bytes)).toMatchObject({ name: "demo", version: "1.0", requires: ["six"] });
  const elsewhere = zipArchive({ "a/demo-1.0.dist-info/METADATA": "Name: demo\n" });
  await expect(read("other.whl", elsewhere)).rejects.toMatchObject({
    code: "E_RESOLVE",
    message: "other.whl is not a wheel: it has no METADATA",
  });
});
