import { type Case, uvProject } from "./case.ts";

/**
 * Locks and scripts that every installer reads, and what is built from its source. Build requirements come from where
 * the machine gets packages from.
 */
export const SOURCE_CASES: readonly Case[] = [
  {
    says: "packages that a script declares inside itself, and one of the spec",
    spec: ({ index }) => ({
      parameters: { requirements: "job.py", packages: ["space-one"], pipIndex: index.url, copy: ["job.py"] },
      files: {
        "job.py": '# /// script\n# dependencies = ["plain-one"]\n# ///\nimport plain_one\n',
      },
    }),
    ends: "built",
  },
  {
    says: "source distributions of setuptools, hatch and flit, one with an extra, one needing another",
    spec: ({ index }) => ({
      parameters: { packages: ["by-setup[more]", "by-setuptools>=0.5"], pipExtraIndexUrl: [index.url] },
    }),
    ends: "built",
  },
  {
    says: "a source distribution by its address, and one that requirements state the hash of",
    isLong: true,
    spec: ({ index }) => {
      const file = (name: string) => index.distributions.find((one) => one.name === name);
      const address = new URL(`/files/${file("by-hatch")?.filename}`, index.url).href;
      return {
        parameters: { requirements: "requirements.txt", pipExtraIndexUrl: [index.url] },
        files: {
          "requirements.txt": `by-hatch @ ${address}\nby-flit==1.0 --hash=sha256:${file("by-flit")?.sha256}\n`,
        },
      };
    },
    ends: "built",
  },
  {
    says: "commits of a git repository, one of a part of it",
    isLong: true,
    spec: ({ index, git }) => {
      const address = `git+${git.address("from-git")}@${git.commit("from-git")}`;
      return {
        parameters: {
          aptPackages: ["git", "ca-certificates"],
          packages: [`from-git @ ${address}`, `part-of-git @ ${address}#subdirectory=part`],
          pipExtraIndexUrl: [index.url],
        },
      };
    },
    ends: "built",
  },
  {
    says: "a lock with a source distribution",
    isLong: true,
    spec: ({ index }) => ({
      parameters: { requirements: "uv.lock" },
      files: {
        "pyproject.toml": `[project]\nname = "app"\nversion = "0.1"\nrequires-python = ">=3.11"
dependencies = ["by-setup", "by-hatch"]\n\n[[tool.uv.index]]\nurl = "${index.url}"\n`,
      },
      prepare: [["uv", "lock", "--no-python-downloads"]],
    }),
    ends: "built",
  },
  {
    says: "a member of a workspace that is installed with the member and the package by path that it needs",
    spec: ({ index }) => ({
      parameters: {
        requirements: "uv.lock",
        uvProject: { member: "api", extras: ["more"], installProject: true },
      },
      files: {
        "pyproject.toml": `[tool.uv.workspace]\nmembers = ["members/*"]\n\n[[tool.uv.index]]\nurl = "${index.url}"\n`,
        "members/api/pyproject.toml": `[project]\nname = "api"\nversion = "0.3"\nrequires-python = ">=3.11"
dependencies = ["library", "plain-two", "aside"]\nscripts = { api = "api:main" }\n[project.optional-dependencies]\nmore = ["by-flit"]\n
[tool.uv.sources]\nlibrary = { workspace = true }\naside = { path = "../../aside" }\n
[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n`,
        "members/api/src/api/__init__.py": "def main():\n    print('api')\n",
        "members/library/pyproject.toml": `[project]\nname = "library"\nversion = "0.4"\nrequires-python = ">=3.11"\n
[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n`,
        "members/library/library.py": "PART = 1\n",
        "members/unused/pyproject.toml": `[project]\nname = "unused"\nversion = "0.5"\nrequires-python = ">=3.11"\ndependencies = ["odd-names"]\n`,
        "aside/pyproject.toml": `[project]\nname = "aside"\nversion = "0.6"\ndescription = "Beside"\nrequires-python = ">=3.11"\n
[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n`,
        "aside/aside/__init__.py": '"""Beside the workspace."""\n',
      },
      prepare: [["uv", "lock", "--no-python-downloads"]],
    }),
    ends: "built",
  },
  {
    says: "a pylock.toml that uv has exported",
    spec: ({ index }) => {
      const { files, prepare } = uvProject(index.url, '[dependency-groups]\ndev = ["odd-names"]\n');
      return {
        parameters: { requirements: "pylock.toml" },
        files,
        prepare: [...prepare, ["uv", "export", "--no-dev", "--no-emit-project", "--output-file", "pylock.toml"]],
      };
    },
    ends: "built",
  },
];
