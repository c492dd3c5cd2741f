import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { demoPackages, makeChannel } from "../support/conda-channel/make-channel.ts";
import { realPython } from "../support/conda-channel/real-python.ts";
import { type ServedChannel, serveChannel } from "../support/conda-channel/serve-channel.ts";
import { SCRIPT } from "../support/imagespec-cli.ts";
import { sample } from "../support/sample.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();
let cache: string;
let channels: string;
let channel: ServedChannel;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "imagespec-init-"));
  channels = await mkdtemp(join(tmpdir(), "imagespec-init-conda-"));
  const { noarch } = demoPackages();
  const subdir = services.platform === "linux/arm64" ? "linux-aarch64" : "linux-64";
  await makeChannel(join(channels, "conda-forge"), { [subdir]: [await realPython()], noarch });
  channel = await serveChannel(channels);
});
afterAll(async () => {
  await channel?.[Symbol.asyncDispose]();
  for (const folder of [cache, channels]) await rm(folder, { recursive: true, force: true });
});

const PYTHON = { ".python-version": "3.11\n" };
const PROJECT = `[project]
name = "first"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["six==1.16.0"]
`;
const APP = "import six; print('six', six.__version__)\n";

/** What a folder holds that has no spec yet. */
const FOLDERS: Record<string, { files(): Record<string, string>; lock?: true; run: string[]; says: string }> = {
  "requirements.txt": {
    files: () => ({ ...PYTHON, "requirements.txt": "six==1.16.0\n", "app.py": APP }),
    run: ["python", "app.py"],
    says: "six 1.16.0",
  },
  "pyproject.toml": {
    files: () => ({ ...PYTHON, "pyproject.toml": PROJECT, "src/app.py": APP }),
    run: ["python", "app.py"],
    says: "six 1.16.0",
  },
  "uv.lock": {
    files: () => ({ ...PYTHON, "pyproject.toml": PROJECT, "src/app.py": APP }),
    lock: true,
    run: ["python", "app.py"],
    says: "six 1.16.0",
  },
  "environment.yml": {
    files: () => ({
      "environment.yml": `channels: ["${channel.url}/conda-forge", nodefaults]\ndependencies: [python=3.11, demo-noarch]\n`,
      "src/app.py": "import sys; print(sys.prefix)\n",
    }),
    run: ["python", "app.py"],
    says: "/opt/micromamba/envs/runtime",
  },
  Dockerfile: {
    files: () => ({
      Dockerfile: `FROM python:3.11-slim-bookworm
ENV GREETING="hello there"
RUN pip install --no-cache-dir six==1.16.0
COPY . /app
ENTRYPOINT ["python", "-c", "import os, six; print(os.environ['GREETING'], six.__version__)"]
`,
    }),
    run: [],
    says: "hello there 1.16.0",
  },
};

test.each(sample(Object.keys(FOLDERS), 2, Math.floor(Date.now() / 86_400_000)))(
  "a folder with %s: what init writes is built as it is, and runs",
  async (kind) => {
    const { files, lock, run, says } = FOLDERS[kind] as (typeof FOLDERS)[string];
    await using folder = await temporaryFolder(files());
    const env = { ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: cache, NO_COLOR: "1" };
    const options = { cwd: folder.path, env, input: "" };
    if (lock) await execa("uv", ["lock", "--no-python-downloads", "--python", "/usr/bin/python3"], options);
    await execa(SCRIPT, ["init", "--yes"], options);
    const written = await readFile(join(folder.path, "imagespec.yaml"), "utf8");
    const ran = await execa(SCRIPT, ["run", ...(run.length === 0 ? [] : ["--", ...run])], {
      ...options,
      reject: false,
    });
    expect(ran.stdout, `${written}\n${ran.stderr}`).toBe(says);
  },
);
