import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PackagesStep } from "@imagespec/core/builder";
import { describe, expect, it, onTestFinished } from "vitest";
import { makeEnvironment, placesOf } from "./build-environment.ts";

it("keeps of pipExtraArgs what says where packages are looked for, with values of either form", () => {
  expect(
    placesOf([
      ...["--pre", "--exclude-newer", "2024-01-01", "--find-links=https://a.test/x", "--resolution", "lowest"],
      ...["--no-index", "-i", "https://b.test/simple", "--index-strategy=first-index", "--no-deps"],
    ]),
  ).toEqual([
    ...["--exclude-newer", "2024-01-01", "--find-links=https://a.test/x"],
    ...["--no-index", "-i", "https://b.test/simple", "--index-strategy=first-index"],
  ]);
});

describe("makeEnvironment", () => {
  const STEP: PackagesStep = {
    source: { from: "requirements", packages: [] },
    index: undefined,
    extraIndexes: [],
    extraArgs: [],
    secrets: [],
  };

  /** An environment by a uv that notes its arguments, and installs nothing that is called `missing`. */
  async function environmentOf(step: Partial<PackagesStep>) {
    const folder = await mkdtemp(join(tmpdir(), "build-environment-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [path, log] = [join(folder, "uv"), join(folder, "log")];
    const program = `#!/bin/sh\necho "$*" >> '${log}'\ncase "$*" in *missing*) echo no wheel >&2; exit 1;; esac\n`;
    await writeFile(path, program, { mode: 0o755 });
    const environment = await makeEnvironment(join(folder, "environment"), {
      uv: { path, version: "0.9.0" },
      python: "/usr/bin/python3",
      step: { ...STEP, ...step },
      secrets: { env: {}, logins: [], redact: [] },
      uvCache: join(folder, "cache"),
      signal: new AbortController().signal,
    });
    return { environment, calls: async () => (await readFile(log, "utf8")).trim().split("\n") };
  }

  it("installs from the spec's indexes, wheels alone", async () => {
    const indexes = { index: "https://a.test/simple", extraIndexes: ["https://b.test/simple"], extraArgs: ["--pre"] };
    const { environment, calls } = await environmentOf(indexes);
    await environment.install(["flit_core >=3", "wheel"], "demo 1.0");
    const [made = "", installed = ""] = await calls();
    expect(made).toBe(`venv --quiet --no-project --python /usr/bin/python3 ${environment.folder}`);
    expect(installed).toContain(
      "--index-url https://a.test/simple --extra-index-url https://b.test/simple --only-binary :all:",
    );
    expect(installed).toMatch(/ -- flit_core >=3 wheel$/);
    expect(installed).not.toContain("--pre");
  });

  it("names no index where the spec names none, and starts nothing for no requirements", async () => {
    const { environment, calls } = await environmentOf({});
    await environment.install([], "demo 1.0");
    await environment.install(["setuptools"], "demo 1.0");
    const [, installed, ...more] = await calls();
    expect(installed).not.toContain("index");
    expect(more).toEqual([]);
  });

  it("hands on what needs an address or something without a wheel to be built", async () => {
    const { environment } = await environmentOf({});
    await expect(environment.install(["a @ https://host/a.zip"], "demo 1.0")).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: "demo 1.0 needs 'a @ https://host/a.zip' to be built, which is not a name",
    });
    await expect(environment.install(["missing"], "demo 1.0")).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: "demo 1.0 needs missing to be built, as wheels:\nno wheel",
    });
  });
});
