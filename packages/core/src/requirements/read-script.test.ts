import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SpecFolder } from "../resolve/fixtures/spec-folder.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

const script = (metadata: string, rest = "print(1)\n") =>
  `#!/usr/bin/env python\n# /// script\n${metadata
    .split("\n")
    .map((line) => `# ${line}`.trimEnd())
    .join("\n")}\n# ///\n${rest}`;

describe("a script with metadata inside (PEP 723)", () => {
  it("declares packages in front of the spec's, and nothing else of it counts or is shipped", async () => {
    const metadata =
      'requires-python = ">=3.11"\ndependencies = [\n  "numpy>=2",\n\n  "six",\n]\n[tool.ruff]\nline-length = 9';
    folder.write({ "train.py": script(metadata), "other.py": script(metadata, "print(2)\n").replaceAll("\n", "\r\n") });
    const parameters = { requirements: "train.py", packages: ["pandas"], pythonVersion: "3.12" };
    const { content, files } = await folder.resolve(parameters);
    expect(content.packages).toEqual({ from: "requirements", packages: ["numpy>=2", "six", "pandas"] });
    expect(files).toEqual([]);
    const other = await folder.resolve({ ...parameters, requirements: "other.py" });
    expect({ ...other.content, id: "" }).toEqual({ ...content, id: "" });
  });

  it("is told from text that only looks like it", async () => {
    folder.write({
      "none.py": "import six\n",
      "open.py": '# /// script\n# dependencies = ["six"]\n',
      "two.py": script("dependencies = []") + script("dependencies = []"),
      "no-toml.py": script("dependencies = ["),
      "list.py": script('dependencies = ["six", 1]'),
    });
    const messages = await Promise.all(
      ["none", "open", "two", "no-toml", "list"].map(
        async (name) => (await folder.faults({ requirements: `${name}.py` }))[0],
      ),
    );
    expect(messages).toEqual([
      ["requirements", "script_metadata", "none.py: it declares no packages: there is no block '# /// script' in it"],
      ["requirements", "script_metadata", "open.py: it declares no packages: there is no block '# /// script' in it"],
      ["requirements", "script_metadata", "two.py: it has more than one block '# /// script'"],
      ["requirements", "script_metadata", expect.stringContaining("no-toml.py: its block '# /// script' is not TOML")],
      ["requirements", "script_metadata", "list.py: its dependencies are not a list of texts"],
    ]);
  });

  it.each([
    ["a path", 'dependencies = ["./here"]', "local_path", /is a path on this machine/],
    ["an option", 'dependencies = ["-r more.txt"]', "option", /is an option/],
    ["a password", 'dependencies = ["a @ https://u:p@h/a.whl"]', "userinfo", /carries a user name/],
    [
      "settings of uv",
      '[tool.uv]\nexclude-newer = "2024-01-01T00:00:00Z"',
      "script_settings",
      /tool\.uv\.exclude-newer/,
    ],
    ["sources of uv", '[tool.uv.sources]\na = { path = "a" }', "script_settings", /tool\.uv\.sources/],
    [
      "another Python",
      'requires-python = ">=3.13"',
      "requires_python",
      /requires Python >=3\.13, and the image has 3\.12/,
    ],
    ["an old Python", 'requires-python = ">=3.8,<3.12"', "requires_python", /the image has 3\.12/],
    ["an invalid Python", 'requires-python = "latest"', "requires_python", /'latest' cannot be read/],
  ])("is refused with %s", async (_, metadata, code, message) => {
    folder.write({ "a.py": script(metadata) });
    expect(await folder.faults({ requirements: "a.py" })).toEqual([
      ["requirements", code, expect.stringMatching(message)],
    ]);
  });

  it("is refused beside a lock, and over a base whose Python the spec does not say", async () => {
    folder.write({
      "a.py": script('requires-python = ">=3.11"'),
      "b.py": script("dependencies = []"),
      "b.py.lock": "",
    });
    expect(await folder.faults({ requirements: "a.py", baseImage: "debian:12" })).toEqual([
      ["requirements", "requires_python", expect.stringContaining("leaves the version to its base image")],
    ]);
    expect(await folder.faults({ requirements: "b.py" })).toEqual([
      ["requirements", "script_lock", expect.stringContaining("a lock lies beside it")],
    ]);
  });
});
