import type { SourceOptions } from "@imagespec/testkit";

const MODULE = 'VERSION = "1.0"\n\n\ndef main():\n    print(VERSION)\n';

/** Source distributions by the build backends that are met most, as their projects state them. */
export const SOURCES: readonly SourceOptions[] = [
  {
    name: "by-setup",
    version: "1.0",
    source: {
      "setup.py": `from setuptools import setup
setup(name="by-setup", version="1.0", packages=["by_setup"], package_data={"by_setup": ["*.txt"]},
      install_requires=["plain-two"], extras_require={"more": ["by-flit"]}, scripts=["tool"],
      entry_points={"console_scripts": ["by-setup = by_setup:main"]})
`,
      "by_setup/__init__.py": MODULE,
      "by_setup/data.txt": "data\n",
      tool: "#!/usr/bin/env python3\nprint(1)\n",
    },
  },
  {
    name: "by-setuptools",
    version: "1.0",
    source: {
      "pyproject.toml": `[build-system]\nrequires = ["setuptools>=61", "wheel"]\nbuild-backend = "setuptools.build_meta"\n
[project]\nname = "by-setuptools"\nversion = "1.0"\ndependencies = ["by-hatch"]\n`,
      "by_setuptools.py": MODULE,
    },
  },
  {
    name: "by-hatch",
    version: "1.0",
    source: {
      "pyproject.toml": `[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n
[project]\nname = "by-hatch"\nversion = "1.0"\nscripts = { by-hatch = "by_hatch:main" }\n`,
      "src/by_hatch/__init__.py": MODULE,
      "src/by_hatch/py.typed": "",
    },
  },
  {
    name: "by-flit",
    version: "1.0",
    source: {
      "pyproject.toml": `[build-system]\nrequires = ["flit_core >=3.2,<4"]\nbuild-backend = "flit_core.buildapi"\n
[project]\nname = "by-flit"\ndynamic = ["version", "description"]\n`,
      "by_flit.py": `"""Built by flit."""\n__version__ = "1.0"\n${MODULE}`,
    },
  },
];

/** A project in a git repository, which computes its version from the file of its name. */
export const REPOSITORIES = {
  "from-git": {
    "pyproject.toml": `[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n
[project]\nname = "from-git"\ndynamic = ["version"]\ndependencies = ["plain-two<2"]\n
[tool.setuptools]\npy-modules = ["from_git"]\ndynamic = { version = { file = "VERSION" } }\n`,
    VERSION: "1.5\n",
    "from_git.py": MODULE,
    "part/setup.py":
      'from setuptools import setup\nsetup(name="part-of-git", version="2", py_modules=["part_of_git"])\n',
    "part/part_of_git.py": MODULE,
  },
};
