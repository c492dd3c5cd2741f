import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CacheFolder } from "../cache/cache-folder.ts";
import { compileRequirements, explain } from "./uv-compile.ts";

const explained = (text: string) => explain(text.split("\n"), "uv pip compile", 2);

describe("explain", () => {
  it("tells arguments that uv does not know from requirements that cannot be met", () => {
    // As uv 0.13 writes it.
    const unknown = explained(`error: unexpected argument '--foo' found

  tip: to pass '--foo' as a value, use '-- --foo'

Usage: uv pip compile [OPTIONS] --only-binary <ONLY_BINARY> <SRC_FILE|--group <GROUP>>

For more information, try '--help'.`);
    expect(unknown).toMatchObject({ code: "E_UNSUPPORTED" });
    expect(unknown.message).toBe(
      "uv cannot take pipExtraArgs or torchBackend for a resolution: unexpected argument '--foo' found",
    );
    const value = explained(`error: invalid value 'nope' for '--resolution <RESOLUTION>'
  [possible values: highest, lowest, lowest-direct]

For more information, try '--help'.`);
    expect(value.message).toContain("invalid value 'nope'");
    expect(explained("  Because there is no version of nosuch, it cannot be resolved.")).toMatchObject({
      code: "E_RESOLVE",
    });
  });
});

describe("compileRequirements", () => {
  let root: string;
  let cache: CacheFolder;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "uv-compile-"));
    cache = new CacheFolder({ IMAGESPEC_CACHE_DIR: root });
    await cache.open();
  });
  afterEach(() => rm(root, { recursive: true }));

  async function compile(text: string) {
    const source = join(root, "requirements.txt");
    await writeFile(source, `${text}\n`);
    const sha256 = createHash("sha256").update(`${text}\n`).digest("hex");
    return compileRequirements({
      uv: { path: join(root, "no-uv"), version: "0.13.0" },
      step: {
        source: { from: "requirements", packages: [], requirements: "requirements/requirements.txt" },
        index: undefined,
        extraIndexes: [],
        extraArgs: [],
        secrets: [],
      },
      target: {
        minor: "3.11",
        version: "3.11.2",
        architecture: "amd64",
        libc: { family: "glibc", major: 2, minor: 36 },
      },
      files: [
        { type: "file", path: "requirements/requirements.txt", mode: 0o644, size: text.length + 1, sha256, source },
      ],
      secrets: { env: {}, logins: [], hidden: [] },
      installed: [],
      cache,
      signal: new AbortController().signal,
      log: () => {},
      warn: () => {},
    });
  }

  it.each([
    "demo @ git+https://forge.test/demo.git",
    "six\ngit+ssh://git@forge.test/demo.git#egg=demo",
    "demo@hg+https://forge.test/demo",
  ])("leaves %j in a requirements file to builders that can build it, before uv runs", async (text) => {
    const compiling = compile(text);
    await expect(compiling).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringContaining("requirements.txt"),
    });
  });

  it("takes a repository in a comment for what it is", async () => {
    const text = "# git+https://forge.test/old.git\nsix  # was git+https://forge.test/six.git";
    // It comes as far as uv, which is not there.
    await expect(compile(text)).rejects.toMatchObject({ code: "E_TOOL_MISSING" });
  });
});
