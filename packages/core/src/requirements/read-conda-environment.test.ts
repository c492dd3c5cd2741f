import { isImageSpecError } from "@imagespec/registry";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

const ENVIRONMENT = `# a comment
name: train
channels: [pytorch, conda-forge]
dependencies:
  - python=3.11
  - numpy=2.1 # the newest
  - pip
  - pip:
      - einops
prefix: /home/ann/envs/train
`;

describe("conda's environment.yml", () => {
  it("declares what condaPackages, condaChannels and packages would, whatever its name and comments", async () => {
    folder.write({
      "environment.yml": ENVIRONMENT,
      "env/gpu.yaml": ENVIRONMENT.replace("train", "other").replace(/#.*\n/g, "\n"),
    });
    const { content, files } = await folder.resolve({ requirements: "environment.yml", packages: ["six"] });
    expect(files).toEqual([]);
    const plain = await folder.resolve({
      condaPackages: ["python=3.11", "numpy=2.1", "pip"],
      condaChannels: ["pytorch", "conda-forge"],
      packages: ["einops", "six"],
    });
    expect({ ...content, id: "" }).toEqual({ ...plain.content, id: "" });
    const other = await folder.resolve({ requirements: "env/gpu.yaml", packages: ["six"] });
    expect({ ...other.content, id: "" }).toEqual({ ...content, id: "" });
  });

  it("takes parts that are shared by YAML's anchors, and keys with nothing after them", async () => {
    folder.write({
      "plain.yml": "dependencies: [numpy]\n",
      "shared.yml": "x-a: &a { dependencies: [numpy] }\n<<: *a\nchannels:\n",
      "empty.yml": "dependencies:\n  - numpy\n  - pip:\n    # - einops\n",
    });
    const { content } = await folder.resolve({ requirements: "plain.yml" });
    for (const requirements of ["shared.yml", "empty.yml"]) {
      const other = await folder.resolve({ requirements });
      expect({ ...other.content, id: "" }, requirements).toEqual({ ...content, id: "" });
    }
  });

  it("makes a conda environment that a child extends", async () => {
    folder.write({ "environment.yml": "dependencies: [numpy]\n" });
    const { baseSpec, content } = await folder.resolve({
      baseImage: { name: "base", requirements: "environment.yml" },
      condaPackages: ["scipy"],
    });
    expect(baseSpec).toEqual({ environment: "conda" });
    expect(content.environment).toMatchObject({ manager: "conda", packages: ["scipy"] });
  });

  it.each([
    ["variables", "dependencies: [a]\nvariables: { A: b }", "conda_environment", /it sets variables/],
    ["no dependencies", "name: a", "conda_environment", /no list of dependencies/],
    ["a number", "dependencies: [1]", "conda_environment", /it lists 1, which is not text/],
    ["another table", "dependencies: [{ npm: [a] }]", "conda_environment", /it lists \{"npm":\["a"\]\}/],
    ["no YAML", "dependencies: [", "conda_environment", /it is not YAML/],
    ["a channel that is a folder", "channels: [./here]\ndependencies: [a]", "local_path", /not a channel name/],
    ["a package's address", "dependencies: ['https://h/a-1.conda']", "conda_address", /address of a package's file/],
    ["a requirements file", "dependencies: [{ pip: ['-r more.txt'] }]", "option", /is an option/],
    ["a token", "channels: ['https://h/t/SECRET/c']\ndependencies: [a]", "userinfo", /conda token/],
  ])("is refused with %s", async (_, text, code, message) => {
    folder.write({ "environment.yml": `${text}\n` });
    expect(await folder.faults({ requirements: "environment.yml" })).toEqual([
      ["requirements", code, expect.stringMatching(message)],
    ]);
  });

  it("is refused with another Python than the spec's, and beside what it says itself", async () => {
    folder.write({ "environment.yml": "dependencies: [python=3.10]\n" });
    expect(await folder.faults({ requirements: "environment.yml", pythonVersion: "3.12" })).toEqual([
      ["requirements", "conflict", "environment.yml: it names 'python=3.10', and pythonVersion is 3.12"],
    ]);
    const thrown = (() => {
      try {
        return new ImageSpec({ requirements: "environment.yml", condaPackages: ["a"], condaChannels: ["b"] });
      } catch (error) {
        return error;
      }
    })();
    if (!isImageSpecError(thrown, "E_SPEC")) throw thrown;
    expect(thrown.faults?.map(({ path, code }) => [path.join("."), code])).toEqual([
      ["condaPackages", "conflict"],
      ["condaChannels", "conflict"],
    ]);
  });
});

it.each([
  ["dependencies: &a [*a]", /a list or table that holds itself, which is not text/],
  ["dependencies:\n  - &a { pip: six, x: *a }", /a list or table that holds itself, which is not text/],
  ["dependencies:\n  - pip: &a [six, *a]", /a list or table that holds itself, which is not text/],
  ['dependencies: ["sel(linux): six"]', /'sel\(linux\): six' does not begin with the name of a conda package/],
  ['dependencies: ["$X"]', /'\$X' does not begin with the name/],
  ['dependencies: ["conda-forge::"]', /does not begin with the name/],
  ['dependencies: ["=2"]', /does not begin with the name/],
  ['dependencies: ["six; python_version > 3"]', /does not begin with the name/],
])("an environment.yml is refused plainly: %j", async (text, message) => {
  folder.write({ "environment.yml": `${text}\n` });
  expect(await folder.faults({ requirements: "environment.yml" })).toEqual([
    ["requirements", expect.any(String), expect.stringMatching(message)],
  ]);
});

it.each([
  "numpy",
  "numpy>=2,<3",
  "numpy 2.1.*",
  "numpy=2.1=py312_0",
  "numpy!=2",
  "numpy~=2.1",
  "numpy[version='>=2']",
  "conda-forge::numpy >=2",
  "__glibc>=2.17",
  "_libgcc_mutex",
  "ruamel.yaml",
  "PyQt",
  "mkl*",
])("names of conda packages are taken in all of their forms: %j", (text) => {
  expect(() => new ImageSpec({ condaPackages: [text] })).not.toThrow();
});
