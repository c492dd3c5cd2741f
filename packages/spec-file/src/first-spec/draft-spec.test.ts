import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ImageSpec, resolveSpec } from "@imagespec/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseSpecText } from "../parse-spec-text.ts";
import { draftSpec } from "./draft-spec.ts";
import { pythonFor } from "./project-python.ts";
import { specYaml } from "./spec-yaml.ts";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "first-")), "My Project_1");
  await mkdir(folder);
});
afterEach(() => rm(dirname(folder), { recursive: true }));

/** The parameters of the YAML that is written for these files, which a build would take as well. */
async function drafted(files: Record<string, string>) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const draft = await draftSpec(folder);
  const parameters = (await parseSpecText(specYaml(draft), "yaml", "imagespec.yaml")) as Record<string, unknown>;
  const spec = ImageSpec.parse(parameters, { root: folder });
  await resolveSpec(spec, { env: process.env });
  expect(spec.id).toBe(ImageSpec.parse(draft.parameters, { root: folder }).id);
  return { parameters, notes: draft.notes };
}

const lock = (dependency: string) => `version = 1
requires-python = ">=3.11"

[[package]]
name = "demo-app"
version = "0.1.0"
source = { virtual = "." }
dependencies = [{ name = "${dependency}" }]

[package.metadata]
requires-dist = [{ name = "${dependency}" }]

[[package]]
name = "${dependency}"
version = "1.17.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/${dependency}-1.17.0-py2.py3-none-any.whl", hash = "sha256:${"a".repeat(64)}", size = 1 }]
`;
const pyproject =
  '[project]\nname = "Demo.App"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = ["six"]\n';

describe("draftSpec", () => {
  it("names the image after the folder and takes nothing from an empty one", async () => {
    expect(await drafted({})).toEqual({ parameters: { name: "my-project-1" }, notes: [] });
  });

  it("takes uv.lock before all other lists, and the sources in src", async () => {
    const files = {
      "pyproject.toml": pyproject,
      "uv.lock": lock("six"),
      "requirements.txt": "numpy\n",
      "src/app.py": "",
    };
    const { parameters, notes } = await drafted(files);
    expect(parameters).toEqual({
      name: "demo-app",
      python_version: "3.12",
      requirements: "uv.lock",
      source_root: "src",
    });
    expect(notes).toEqual([]);
  });

  it("goes on to the next list where a lock cannot be installed, and says why", async () => {
    const { parameters, notes } = await drafted({ "pyproject.toml": pyproject, "uv.lock": lock("numpy") });
    expect(parameters).toMatchObject({ packages: ["six"] });
    expect(notes).toEqual([
      expect.stringMatching(/^uv\.lock: left out, since (?!requirements).*pyproject\.toml.* \(.*uv lock.*\)$/),
    ]);
  });

  it("takes requirements.txt, a pinned Python, and a package beside it as source", async () => {
    const { parameters } = await drafted({
      "requirements.txt": "six\n",
      ".python-version": "3.10.4\n",
      "app/main.py": "",
    });
    expect(parameters).toEqual({
      name: "my-project-1",
      python_version: "3.10.4",
      requirements: "requirements.txt",
      source_root: ".",
    });
  });

  it("takes the dependencies of pyproject.toml one by one", async () => {
    const text =
      '[project]\nname = "x"\ndependencies = ["six>=1", "local @ file:///x", "numpy ; python_version > \'3\'"]\n';
    const { parameters, notes } = await drafted({ "pyproject.toml": text });
    expect(parameters.packages).toEqual(["six>=1", "numpy ; python_version > '3'"]);
    expect(notes).toEqual([expect.stringMatching(/left out packages "local @ file:\/\/\/x"/)]);
  });

  it("takes an environment.yml: Python, channels, conda and pip packages", async () => {
    const text = `name: x
channels: [conda-forge, defaults]
dependencies:
  - python=3.11
  - numpy=1.26
  - pip
  - pip: [six==1.17.0, -e .]
`;
    const { parameters, notes } = await drafted({ "environment.yml": text });
    expect(parameters).toEqual({
      name: "my-project-1",
      python_version: "3.11",
      conda_channels: ["conda-forge", "defaults"],
      conda_packages: ["numpy=1.26"],
      packages: ["six==1.17.0"],
    });
    expect(notes).toHaveLength(1);
  });

  it("takes the obvious parts of a Dockerfile and names the others", async () => {
    const text = `# syntax=docker/dockerfile:1
FROM node:22 AS web
RUN npm run build
FROM --platform=linux/amd64 ubuntu:24.04
ARG X=1
ENV MODE=prod GREETING="hello world" PATH=/opt/tool/bin:$PATH
ENV OTHER=$MODE
RUN apt-get update && apt-get install -y --no-install-recommends \\
    git  curl \\
    && rm -rf /var/lib/apt/lists/*
RUN pip install --no-cache-dir "gunicorn==23.0.0" six
RUN pip install --no-cache-dir -r requirements.txt
RUN make all
WORKDIR /app
COPY . .
WORKDIR /app/web
ENTRYPOINT ["python", "-m", "app"]
CMD ["serve"]
`;
    const { parameters, notes } = await drafted({ Dockerfile: text, "requirements.txt": "numpy\n" });
    expect(parameters).toEqual({
      name: "my-project-1",
      base_image: "ubuntu:24.04",
      python_version: "3.12",
      env: { MODE: "prod", GREETING: "hello world", PATH: "/opt/tool/bin:$PATH" },
      apt_packages: ["git", "curl"],
      packages: ["gunicorn==23.0.0", "six"],
      requirements: "requirements.txt",
      entrypoint: ["python", "-m", "app"],
    });
    expect(notes).toEqual([
      "Dockerfile: only its last stage was read",
      "Dockerfile: left out ENV OTHER=$MODE",
      "Dockerfile: left out RUN make all; commands can run it",
      "Dockerfile: /app becomes /root, where programs start and sources lie",
      'Dockerfile: left out CMD ["serve"]; name it in entrypoint, or when a container is started',
    ]);
  });

  it("says what stands where a spec has it, and leaves out what it has anyway", async () => {
    const text = `FROM python:3.11-slim
RUN uv sync --frozen && poetry install --no-root
RUN pip install -r reqs/dev.txt
ENTRYPOINT ["./start.sh"]
USER app
USER flytekit
`;
    expect((await drafted({ Dockerfile: text })).notes).toEqual([
      "Dockerfile: left out RUN pip install -r reqs/dev.txt; packages, requirements and pipIndex can say what it installs",
      expect.stringMatching(/left out ENTRYPOINT \["\.\/start\.sh"\]; name the program in entrypoint, /),
      "Dockerfile: left out USER app; containers run as the user flytekit",
    ]);
  });

  it.each([
    ["poetry", '[tool.poetry.dependencies]\npython = "^3.11"\nhumanize = "^4.0"\n'],
    ["uv", '[project]\nname = "my-project-1"\ndynamic = ["version", "dependencies"]\n'],
  ])("says that only a lock of %s names what the project depends on", async (tool, text) => {
    expect((await drafted({ "pyproject.toml": text })).notes).toEqual([
      expect.stringMatching(
        `^pyproject\\.toml: left out .*; \`${tool} lock\` makes a ${tool}\\.lock, which requirements can name$`,
      ),
    ]);
    const locked = await drafted({ "pyproject.toml": text, "requirements.txt": "six\n" });
    expect(locked).toMatchObject({ parameters: { requirements: "requirements.txt" }, notes: [] });
  });

  it.each([
    ["FROM python:3.11-alpine", { python_version: "3.11" }],
    ["FROM python:3.11-slim", { base_image: "python:3.11-slim" }],
    ["ARG V=3\nFROM python:$V", {}],
    ["FROM scratch", {}],
    ["no Dockerfile at all", {}],
  ])("%s", async (text, expected) => {
    expect((await drafted({ Dockerfile: text })).parameters).toEqual({ name: "my-project-1", ...expected });
  });

  it("survives files that are not what they are called", async () => {
    const { parameters } = await drafted({
      "pyproject.toml": "[",
      "uv.lock": "\0",
      "environment.yml": "a: [",
      "requirements.txt": "-e .\n",
    });
    expect(parameters).toEqual({ name: "my-project-1" });
  });
});

it.each([
  [">=3.10", "3.12"],
  [">=3.13", "3.13"],
  [">=3.9,<3.12", "3.11"],
  ["~=3.10", "3.12"],
  ["~=3.10.0", "3.10"],
  ["^3.9", "3.12"],
  ["==3.11.*", "3.11"],
  ["3.9", "3.9"],
  [">=3.8,!=3.12.*", "3.13"],
  [">=2.7", "3.12"],
  [">=4", undefined],
])("a project for Python %s gets %s", (specifier, version) => {
  expect(pythonFor(specifier)).toBe(version);
});
