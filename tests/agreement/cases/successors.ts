import type { ImageSpecParameters } from "@imagespec/core";
import type { PackageIndex } from "@imagespec/testkit";
import { type Case, uvProject } from "./case.ts";

/** A spec whose base is a spec too. */
const after = (says: string, base: ImageSpecParameters, child: ImageSpecParameters): Case => ({
  says,
  spec: ({ index: { url } }) => ({ parameters: { baseImage: { pipIndex: url, ...base }, pipIndex: url, ...child } }),
  ends: "built",
});

const SITE = "/opt/venv/lib/python3.11/site-packages";

/** A newer version on an environment that somebody's commands have changed. */
const afterCommands = (says: string, ...commands: string[]): Case => ({
  says,
  base: ({ index }) => ({ parameters: { packages: ["grows==1.0"], pipIndex: index.url, commands } }),
  spec: ({ base, index }) => ({ parameters: { baseImage: base, packages: ["grows==2.0"], pipIndex: index.url } }),
  ends: "built",
});

/** A requirement of the first version of a package by its address. */
const byAddress = (index: PackageIndex, name: string) => {
  const file = index.distributions.find((one) => one.name === name);
  return `${name} @ ${new URL(`/files/${file?.filename}`, index.url).href}`;
};

/** What has the version that is there, and comes from elsewhere. */
const OTHER_ORIGINS: readonly Case[] = [
  {
    says: "the version that is there, by its address",
    spec: ({ index }) => ({
      parameters: {
        baseImage: { packages: ["plain-two==1.0"], pipIndex: index.url },
        packages: [byAddress(index, "plain-two")],
        pipIndex: index.url,
      },
    }),
    ends: "built",
  },
  {
    says: "a lock over packages that an address brought, in the version that the lock has from its index",
    spec: ({ index }) => ({
      parameters: {
        baseImage: { packages: [byAddress(index, "plain-two")], pipIndex: index.url },
        requirements: "uv.lock",
      },
      ...uvProject(index.url, "", 'requires-python = ">=3.11"\ndependencies = ["plain-two==1.0"]'),
    }),
    ends: "built",
  },
  {
    says: "another hash for a version that is there, and is not downloaded",
    spec: ({ index }) => ({
      parameters: {
        baseImage: { packages: ["plain-two==1.0"], pipIndex: index.url },
        requirements: "requirements.txt",
        pipIndex: index.url,
      },
      files: { "requirements.txt": `plain-two==1.0 --hash=sha256:${"0".repeat(64)}\n` },
    }),
    ends: "built",
  },
  {
    says: "a project whose name and version are there with other contents",
    isLong: true,
    spec: ({ index }) => ({
      parameters: {
        baseImage: { packages: ["plain-two==1.0"], pipIndex: index.url },
        requirements: "uv.lock",
        uvProject: { installProject: true },
      },
      files: {
        "pyproject.toml": `[project]\nname = "plain-two"\nversion = "1.0"\nrequires-python = ">=3.11"\n
[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n`,
        "plain_two/__init__.py": "PROJECT = 1\n",
      },
      prepare: [["uv", "lock", "--no-python-downloads"]],
    }),
    ends: "built",
  },
];

/** What takes the place of what an environment holds. */
export const SUCCESSOR_CASES: readonly Case[] = [
  ...OTHER_ORIGINS,
  after("a newer version in place of an older one", { packages: ["grows==1.0"] }, { packages: ["grows==2.0"] }),
  after(
    "a version whose files lie where the older one had folders",
    { packages: ["grows==1.0"] },
    { packages: ["grows==3.0"] },
  ),
  after("an older version in place of a newer one", { packages: ["grows==2.0"] }, { packages: ["grows==1.0"] }),
  after("a version that is there and satisfies", { packages: ["grows==1.0"] }, { packages: ["grows"] }),
  after(
    "a version that is there, where the newest is asked for",
    { packages: ["grows==1.0"] },
    { packages: ["grows"], pipExtraArgs: "--upgrade" },
  ),
  after(
    "the newest of one package alone",
    { packages: ["grows==1.0", "plain-two==1.0"] },
    { packages: ["grows", "plain-two"], pipExtraArgs: "--upgrade-package plain-two" },
  ),
  after(
    "a package without what it depends on",
    { packages: ["plain-two==1.0"] },
    { packages: ["plain-one"], pipExtraArgs: "--no-deps" },
  ),
  after(
    "a version that shares files with a package that stays",
    { packages: ["shares-files==1.0", "keeps-files"] },
    { packages: ["shares-files==2.0"] },
  ),
  after(
    "packages without bytecode on those with it",
    { packages: ["grows==1.0"], bytecode: true },
    { packages: ["plain-two"], bytecode: false },
  ),
  after(
    "runtime packages in another version",
    { packages: ["plain-one"], runtimePackages: ["grows==1.0"] },
    { packages: ["plain-two==2.0"], runtimePackages: ["grows==2.0"] },
  ),
  afterCommands(
    "a newer version of a package of which files were removed",
    `rm ${SITE}/grows/data.txt /opt/venv/bin/grows-old`,
    `rm -rf ${SITE}/grows_space`,
  ),
  afterCommands(
    "a newer version of a package to which files were added",
    `echo X >>${SITE}/grows/old.py`,
    `chmod 600 ${SITE}/grows/data.txt`,
    `echo mine >${SITE}/grows/mine.py`,
    `mkdir ${SITE}/grows/mydir`,
  ),
  afterCommands("a newer version of a package of another owner", `chown -R 12:34 ${SITE}/grows`, `chmod 700 ${SITE}`),
  afterCommands(
    "a newer version of a package whose RECORD leads out of the environment",
    `printf '../../../../../etc/issue,,\\n/etc/hostname,,\\ngrows/old.py,,\\n' >${SITE}/grows-1.0.dist-info/RECORD`,
  ),
  afterCommands(
    "a newer version beside what an interrupted removal left",
    `cp -r ${SITE}/grows ${SITE}/~rows`,
    `cp -r ${SITE}/grows-1.0.dist-info ${SITE}/~rows-1.0.dist-info`,
  ),
  afterCommands(
    "a newer version of a package that is there twice",
    `cp -r ${SITE}/grows-1.0.dist-info ${SITE}/grows-1.5.dist-info`,
  ),
];
