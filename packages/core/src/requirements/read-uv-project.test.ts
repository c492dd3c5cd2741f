import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify } from "../identity/identify.ts";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";

const pinned = (name: string, version = "1") => `[[package]]
name = "${name}"
version = "${version}"
source = { registry = "https://h/simple" }
wheels = [{ url = "https://h/${name}-${version}-py3-none-any.whl", hash = "sha256:${"0".repeat(64)}", size = 5 }]
`;
const member = (name: string, needs: string[], more = "") => `[[package]]
name = "${name}"
version = "0.1"
source = { editable = "packages/${name}" }
dependencies = [${needs.map((need) => `{ name = "${need}" }`).join(", ")}]
${more}
[package.metadata]
requires-dist = [${needs.map((need) => (need.startsWith("m") ? `{ name = "${need}", editable = "packages/${need}" }` : `{ name = "${need}" }`)).join(", ")}]
`;
const pyproject = (name: string, needs: string[]) =>
  `[project]\nname = "${name}"\nversion = "0.1"\ndependencies = ${JSON.stringify(needs)}\n[build-system]\nrequires = ["hatchling"]\n`;
const ROOT =
  '[tool.uv.workspace]\nmembers = ["packages/*"]\n[[tool.uv.index]]\nurl = "https://h/simple"\ndefault = true\n';
const lock = (other = pinned("two")) =>
  `version = 1\nrequires-python = ">=3.11"\n${member("m-one", ["one", "m-lib"])}${member("m-two", ["two"])}${member("m-lib", ["three"])}${pinned("one")}${other}${pinned("three")}`;

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
  folder.write({
    "uv.lock": lock(),
    "pyproject.toml": ROOT,
    "packages/m-one/pyproject.toml": pyproject("m-one", ["one", "m-lib"]),
    "packages/m-one/m_one.py": "ONE = 1\n",
    "packages/m-two/pyproject.toml": pyproject("m-two", ["two"]),
    "packages/m-two/m_two.py": "TWO = 2\n",
    "packages/m-lib/pyproject.toml": pyproject("m-lib", ["three"]),
    "packages/m-lib/m_lib.py": "LIB = 1\n",
    "packages/m-lib/.venv/x.py": "",
  });
});
afterEach(() => folder[Symbol.dispose]());

const spec = (uvProject: object) => ({ requirements: "uv.lock", uvProject });
const tag = async (uvProject: object) => identify(await folder.resolve(spec(uvProject))).tag;

describe("uvProject", () => {
  it("ships what a member needs: a list of packages, and the projects among them", async () => {
    const { files, content } = await folder.resolve(spec({ member: "m_one", installProject: true }));
    expect(files.filter(({ type }) => type === "file").map(({ path }) => path)).toEqual([
      "requirements/projects/m-lib/m_lib.py",
      "requirements/projects/m-lib/pyproject.toml",
      "requirements/projects/m-one/m_one.py",
      "requirements/projects/m-one/pyproject.toml",
      "requirements/pylock.toml",
    ]);
    expect(content.packages).toEqual({
      from: "pylock",
      lock: "requirements/pylock.toml",
      projects: [
        { name: "m-lib", path: "requirements/projects/m-lib" },
        { name: "m-one", path: "requirements/projects/m-one" },
      ],
      index: "https://h/simple",
    });
    const list = files.find(({ path }) => path.endsWith("pylock.toml")) as { text?: string };
    expect(list.text).toContain('name = "one"');
    expect(list.text).not.toContain('name = "two"');
  });

  it("is known by what is installed, not by the lock's bytes", async () => {
    const [one, two] = [await tag({ member: "m-one" }), await tag({ member: "m-two" })];
    folder.write({
      "uv.lock": `# another comment\n${lock(pinned("two", "2"))}`,
      "packages/m-two/m_two.py": "TWO = 3\n",
      "packages/m-one/m_one.py": "ONE = 2\n",
    });
    // m-one itself is not installed.
    expect(await tag({ member: "m-one" })).toBe(one);
    expect(await tag({ member: "m-two" })).not.toBe(two);
    const whole = await tag({ member: "m-one", installProject: true });
    folder.write({ "packages/m-one/m_one.py": "ONE = 3\n" });
    expect(await tag({ member: "m-one", installProject: true })).not.toBe(whole);
    folder.write({ "packages/m-lib/m_lib.py": "LIB = 2\n" });
    expect(await tag({ member: "m-one" })).not.toBe(one);
  });

  it("is taken by the project file, too, with names in snake_case or camelCase", async () => {
    const { content } = await folder.resolve({ requirements: "pyproject.toml", uvProject: { member: "m-two" } });
    expect(content.packages).toEqual({ from: "pylock", lock: "requirements/pylock.toml" });
  });

  it.each([
    [{}, { groups: ["x"] }, "uvProject.member", "without a project of its own"],
    [{}, { member: "m-three" }, "uvProject.member", "no project 'm-three'"],
    [{}, { member: "m-one", groups: ["x"] }, "uvProject.groups", "no dependency group 'x'"],
    [{}, { member: "m-one", extras: ["x"] }, "uvProject.extras", "no extra 'x'"],
    [
      { "packages/m-lib/pyproject.toml": pyproject("m-lib", ["four"]) },
      { member: "m-one" },
      "requirements",
      "m-lib/pyproject.toml",
    ],
    [
      { "uv.lock": lock().replaceAll("packages/m-lib", "../m-lib") },
      { member: "m-one" },
      "requirements",
      "lies outside",
    ],
    [{ "uv.lock": "version = 2" }, { member: "m-one" }, "requirements", "version 1"],
    [
      { "uv.lock": lock().replace("https://h/one-1", "https://u:p@h/one-1") },
      { member: "m-one" },
      "requirements",
      "line",
    ],
  ])("refuses %j with %j", async (files, uvProject, path, message) => {
    folder.write(files as Record<string, string>);
    const faults = await folder.faults(spec(uvProject));
    expect(faults).toContainEqual([path, expect.any(String), expect.stringContaining(message)]);
  });

  it("is not hindered by what another member takes from this machine", async () => {
    folder.write({ "uv.lock": lock(`[[package]]\nname = "two"\nversion = "1"\nsource = { path = "../two-1.whl" }\n`) });
    await folder.resolve(spec({ member: "m-one" }));
    expect(await folder.faults(spec({ member: "m-two" }))).toEqual([
      ["requirements", "local_source", expect.stringContaining("'two'")],
    ]);
  });
});
