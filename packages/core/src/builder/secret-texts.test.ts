import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { redact } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretTexts } from "./secret-texts.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secret-texts-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("secretTexts", () => {
  it.each([
    ["machine pypi.example login build password c4n4ry-1"],
    ["[global]\nindex-url = https://user:c4n4ry-1@pypi.example/simple\n"],
    ["c4n4ry-1\r\n"],
    ["token=c4n4ry-1"],
  ])("finds the secret in %j", async (content) => {
    const file = join(folder, "secret");
    await writeFile(file, content);
    const texts = await secretTexts([file]);
    expect(redact("got c4n4ry-1 there", texts)).toBe("got *** there");
    expect(redact("password of machine", texts)).toBe("password of machine");
    expect(redact("reads index-url", texts)).toBe("reads index-url");
  });

  it.each([
    "machine pypi.example login build-user password c4n4ry-1",
    "machine pypi.example\n  login build-user\n  password c4n4ry-1\nmachine other.example password another-one",
    "[global]\nindex-url = https://build-user:c4n4ry%2D1@pypi.example/simple\ntrusted-host = pypi.example\n",
    "https://build-user:c4n4ry-1@pypi.example/simple",
  ])("leaves the names of hosts readable: %j", async (content) => {
    const file = join(folder, "secret");
    await writeFile(file, content);
    const texts = await secretTexts([file]);
    expect(redact("pypi.example refused build-user with c4n4ry-1", texts)).toBe("pypi.example refused *** with ***");
  });

  it.each([
    ["machine pypi.example login build password ab1"],
    ["index-url = https://build:ab1@pypi.example/simple"],
    ["ab1\n"],
    ["machine pypi.example\n# whose\nlogin build\npassword ab1"],
    ["MACHINE pypi.example LOGIN build PASSWORD ab1"],
    ['\uFEFFmachine pypi.example\r\nlogin build\r\npassword "ab1"'],
    ["macdef init\nput x\n\nmachine pypi.example login build password ab1"],
  ])("hides a password however short it is: %j", async (content) => {
    const file = join(folder, "secret");
    await writeFile(file, content);
    expect(redact("got ab1 there", await secretTexts([file]))).toBe("got *** there");
  });

  it("takes a time that is linear in the length of a line", async () => {
    const file = join(folder, "secret");
    const line = `x ${"a".repeat(400_000)}`;
    await writeFile(file, line);
    expect(await secretTexts([file])).toContain(line);
  });

  it("names a file that is not there", async () => {
    await expect(secretTexts([join(folder, "none")])).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringContaining(join(folder, "none")),
    });
  });
});
