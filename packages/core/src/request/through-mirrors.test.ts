import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readShippedText } from "../files/read-shipped-text.ts";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { readBuildOptions } from "./build-options.ts";
import { prepareBuild } from "./prepare-build.ts";

const INDEX = "https://index.example/simple";
const MIRRORS = `pypi=https://m.example/pypi,${INDEX}=https://m.example/index,https://own.example=https://m.example/own`;
const PYPROJECT =
  '[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["six", "tool"]\n';
const LOCK = `version = 1
requires-python = ">=3.11"

[[package]]
name = "app"
version = "1"
source = { virtual = "." }
dependencies = [{ name = "six", marker = "python_full_version < '3.13'" }, { name = "tool" }]

[package.metadata]
requires-dist = [{ name = "six" }, { name = "tool" }]

[[package]]
name = "six"
version = "1.17.0"
source = { registry = "${INDEX}" }
wheels = [{ url = "https://files.example/six-1.17.0-py3-none-any.whl", hash = "sha256:aa", size = 1 }]

[[package]]
name = "tool"
version = "2"
source = { url = "https://direct.example/tool-2-py3-none-any.whl" }
wheels = [{ url = "https://direct.example/tool-2-py3-none-any.whl", hash = "sha256:bb" }]
`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "imagespec-mirrors-"));
  const files = {
    "uv.lock": LOCK,
    "pyproject.toml": PYPROJECT,
    "requirements.txt": "-r more.txt\nsix\n",
    "more.txt": "--extra-index-url https://own.example/simple\n--find-links 'https://own.example/links'\n",
    "indexed.txt": `-i ${INDEX}\n# -i ${INDEX}\nsix\n`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
});
afterAll(() => rm(root, { recursive: true }));

async function prepared(parameters: object, mirrors = MIRRORS) {
  const spec = ImageSpec.parse({ name: "app", platform: "linux/amd64", ...parameters }, { root });
  const env = { IMAGESPEC_CACHE_DIR: root, ...(mirrors !== "" && { IMAGESPEC_INDEX_MIRRORS: mirrors }) };
  const { request, identity, plan } = await prepareBuild(spec, readBuildOptions(spec, {}, {}), { env });
  return { tag: identity.tag, plan, step: request.plan.steps.packages, request };
}

describe("throughMirrors", () => {
  it("leaves the tag and the plan that is shown as they are", async () => {
    const spec = { requirements: "uv.lock", pip_extra_index_url: undefined };
    const [mirrored, direct] = [await prepared(spec), await prepared(spec, "")];
    expect(mirrored.tag).toBe(direct.tag);
    expect(mirrored.plan).toEqual(direct.plan);
    expect(direct.request.plan).toBe(direct.plan);
  });

  it("asks the default index through its mirror, where none is named", async () => {
    expect((await prepared({ packages: ["six"] })).step?.index).toBe("https://m.example/pypi");
    const named = await prepared({ packages: ["six"], pip_extra_args: "--default-index https://own.example/a" });
    expect(named.step).toMatchObject({
      index: undefined,
      extraArgs: ["--default-index", "https://m.example/own/a"],
    });
  });

  it("rewrites indexes in requirements files, and nothing else of them", async () => {
    const { step, request } = await prepared({ requirements: "requirements.txt", pip_index: "https://own.example/b" });
    expect(step?.index).toBe("https://m.example/own/b");
    expect(await readShippedText(request.files, "requirements/more.txt")).toBe(
      "--extra-index-url https://m.example/own/simple\n--find-links 'https://m.example/own/links'\n",
    );
    const indexed = await prepared({ requirements: "indexed.txt" });
    expect(indexed.step?.index).toBeUndefined();
    expect(await readShippedText(indexed.request.files, "requirements/indexed.txt")).toBe(
      `-i https://m.example/index\n# -i ${INDEX}\nsix\n`,
    );
  });

  it("installs a uv.lock by hashes from the mirror, and what has an address of its own from there", async () => {
    const { step, request } = await prepared({ requirements: "uv.lock" });
    expect(step).toMatchObject({
      source: { from: "pylock", requirements: "requirements/locked.txt", lock: "requirements/pylock.toml" },
      index: "https://m.example/index",
      extraIndexes: [],
    });
    expect(await readShippedText(request.files, "requirements/locked.txt")).toBe(
      "six==1.17.0 ; python_full_version < '3.13' \\\n    --hash=sha256:aa\n",
    );
    const rest = await readShippedText(request.files, "requirements/pylock.toml");
    expect(rest).toContain("https://direct.example/tool-2-py3-none-any.whl");
    expect(rest).not.toContain("six");
    expect(request.files.map(({ path }) => path)).not.toContain("requirements/uv.lock");
  });

  it("takes an index that a lock has and the project does not name for the default one", async () => {
    expect((await prepared({ requirements: "uv.lock" }, "pypi=https://m.example/pypi")).step).toMatchObject({
      source: { from: "pylock", requirements: "requirements/locked.txt" },
      index: "https://m.example/pypi",
    });
  });

  it("reads of several indexes in a lock those that have a mirror from there, and the others as they are", async () => {
    await mkdir(join(root, "two"));
    await writeFile(join(root, "two/pyproject.toml"), PYPROJECT);
    const other = 'source = { registry = "https://own.example/simple" }';
    const two = LOCK.replace(/source = { url = [^}]*}/, other).replace("direct.example", "files.example");
    await writeFile(join(root, "two/uv.lock"), two);
    const { step, request } = await prepared({ requirements: "two/uv.lock" }, `${INDEX}=https://m.example/index`);
    expect(step).toMatchObject({ source: { from: "pylock", requirements: "requirements/locked.txt" } });
    expect([step?.index, ...(step?.extraIndexes ?? [])].sort()).toEqual([
      "https://m.example/index",
      "https://own.example/simple",
    ]);
    const served = await readShippedText(request.files, "requirements/locked.txt");
    expect(served.match(/^\S+==\S+/gm)).toEqual(["six==1.17.0", "tool==2"]);
  });

  it("leaves a lock alone whose indexes have no mirror", async () => {
    const { step } = await prepared({ requirements: "uv.lock" }, "https://own.example=https://m.example/own");
    expect(step?.source.from).toBe("uv-lock");
  });
});
