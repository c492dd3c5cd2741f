import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RegistryClient } from "@imagespec/registry";
import { expect, test } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { imagespec } from "../support/imagespec-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();
const { registry, images } = services;
const name = `explain/${Date.now().toString(36)}`;

const spec = (mode: string, base = images.python) => `name: ${name}
registry: ${registry}
base_image: ${base}
requirements: uv.lock
source_root: src
env: { MODE: "${mode}" }
`;
const PYPROJECT = '[project]\nname = "app"\nversion = "1.0.0"\nrequires-python = ">=3.8"\ndependencies = []\n';
const lock = (revision: number) => `version = 1
revision = ${revision}
requires-python = ">=3.8"

[[package]]
name = "app"
version = "1.0.0"
source = { virtual = "." }
`;

test("explain names what changed since an image in a registry, on a machine that never built it", async () => {
  await using cache = await temporaryFolder();
  await using folder = await temporaryFolder({
    "imagespec.yaml": spec("a"),
    "pyproject.toml": PYPROJECT,
    "uv.lock": lock(1),
    "src/main.py": "print(1)\n",
    "src/old.py": "",
  });
  const run = async (args: string[], cacheDir = cache.path) => {
    const env = { ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: cacheDir };
    const result = await imagespec(args, { cwd: folder.path, env });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result.stdout.trimEnd();
  };
  const write = (file: string, text: string) => writeFile(join(folder.path, file), text);
  const build = ["build", "--builder", "uv-micromamba"];
  const first = await run(build);
  const [reference = "", digest = ""] = first.split("@");
  expect(await run(["explain"])).toMatch(/\nsame content as the last one built \(.*\)$/);
  expect(await run(["explain", "--against", reference])).toMatch(/\nsame content as .*$/);

  await write("imagespec.yaml", spec("b", images.debian));
  await write("uv.lock", lock(2));
  await write("src/main.py", "print(2)\n");
  await rm(join(folder.path, "src/old.py"));
  await using elsewhere = await temporaryFolder();
  const differences = [
    `  base: "${images.python}" -> "${images.debian}"`,
    '  parameter env.MODE: "a" -> "b"',
    "  file source/main.py: content changed",
    "  file source/old.py: removed",
    "  lock requirements/uv.lock: content changed",
  ];
  for (const against of [first, reference, reference.slice(reference.lastIndexOf(":") + 1)]) {
    const lines = (await run(["explain", "--against", against], elsewhere.path)).split("\n");
    expect(lines.slice(lines.findIndex((line) => line.startsWith("what changed since ")) + 1).sort()).toEqual(
      [...differences].sort(),
    );
  }
  const json = JSON.parse(await run(["explain", "--against", reference, "--json"], elsewhere.path));
  expect(json).toMatchObject({ against: { reference, digest }, differences: { length: differences.length } });

  // Another build, then the first again by force: neither moves the first image, and its identity is listed once.
  await write("imagespec.yaml", spec("c"));
  await run(build);
  expect(await run(["explain", "--against", reference])).toMatch(/\n {2}parameter env\.MODE: "a" -> "c"/);
  await write("imagespec.yaml", spec("a"));
  await write("uv.lock", lock(1));
  await write("src/main.py", "print(1)\n");
  await write("src/old.py", "");
  expect(await run([...build, "--force"])).toBe(first);
  expect(await run(["exists"])).toBe("present");
  const repository = new RegistryClient().repository(`${registry}/${name}`);
  const list = await repository.getManifest(digest.replace(":", "-"));
  expect(JSON.parse(Buffer.from(list.bytes).toString()).manifests).toMatchObject([
    { artifactType: "application/vnd.imagespec.identity.v1+json" },
  ]);
});

test("explain says which state of Debian's archive an image in a registry was made from", async () => {
  await using cache = await temporaryFolder();
  await using folder = await temporaryFolder({
    "imagespec.yaml": `name: ${name}-apt\nregistry: ${registry}\nbase_image: ${images.debian}\napt_packages: [tini]\n`,
  });
  const env = { ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: cache.path };
  const run = async (...args: string[]) => {
    const result = await imagespec(args, { cwd: folder.path, env });
    expect(result, result.stderr).toMatchObject({ code: 0 });
    return result.stdout.trimEnd();
  };
  const [reference = ""] = (await run("build", "--builder", "uv-micromamba")).split("@");
  const lines = (await run("explain", "--against", reference)).split("\n");
  expect(lines.filter((line) => line.startsWith("Debian packages "))).toEqual([
    expect.stringMatching(/^Debian packages of .* come from \S+\/InRelease of .* UTC \(sha256 [0-9a-f]{64}\)$/),
  ]);
  expect(JSON.parse(await run("explain", "--against", reference, "--json"))).toMatchObject({
    against: { aptIndexes: [{ index: expect.stringMatching(/InRelease$/), date: expect.stringMatching(/UTC$/) }] },
    differences: [],
  });
});
