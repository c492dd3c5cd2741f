import type { Case } from "./case.ts";

/** What the environment is made from, and what the base has in its place. */
export const ENVIRONMENT_CASES: readonly Case[] = [
  {
    says: "a base whose layers are zstd of several frames",
    spec: ({ index, oddBases }) => ({
      parameters: { baseImage: oddBases.zstdFrames, packages: ["plain-one"], pipIndex: index.url },
    }),
    ends: "built",
  },
  {
    says: "a base behind an index whose entry names no platform",
    spec: ({ index, oddBases }) => ({
      parameters: { baseImage: oddBases.withoutPlatform, packages: ["plain-one"], pipIndex: index.url },
    }),
    ends: "built",
  },
  {
    says: "the interpreter of the base by its path",
    spec: ({ index }) => ({
      parameters: { pythonExec: "/usr/bin/python3", packages: ["plain-one"], pipIndex: index.url },
    }),
    ends: "built",
  },
  {
    says: "packages on top of a base spec's, one of them in another version",
    spec: ({ index }) => ({
      parameters: {
        baseImage: { packages: ["plain-one", "plain-two==1.0"], pipIndex: index.url, env: { PYTHONPATH: "/app" } },
        packages: ["plain-two==2.0", "data-files"],
        pipIndex: index.url,
      },
    }),
    ends: "built",
  },
  {
    says: "packages on top of an environment that has no bytecode",
    spec: ({ index }) => ({
      parameters: {
        baseImage: { packages: ["plain-one", "odd-names"], bytecode: false, pipIndex: index.url },
        packages: ["plain-two==2.0"],
        pipIndex: index.url,
      },
    }),
    ends: "built",
  },
  {
    says: "an empty folder with a mode of its own in the environment's place",
    base: () => ({ parameters: { commands: ["mkdir -m 1770 /opt/venv && chown 33:33 /opt/venv && chmod 711 /opt"] } }),
    spec: ({ base, index }) => ({ parameters: { baseImage: base, packages: ["plain-two"], pipIndex: index.url } }),
    ends: "built",
  },
  {
    says: "packages on top of an environment that Python has compiled by times",
    base: () => ({
      parameters: {
        commands: [
          "python3 -m venv --without-pip /opt/venv",
          "cd /opt/venv/lib/python3*/site-packages && echo 'A = 1' >a.py && echo 'def (:' >b.py && python3 -m compileall -q . || true",
        ],
      },
    }),
    spec: ({ base, index }) => ({ parameters: { baseImage: base, packages: ["plain-one"], pipIndex: index.url } }),
    ends: "built",
  },
  {
    says: "a Python on top of an environment that has no bytecode and holds it already",
    spec: ({ index }) => ({
      parameters: {
        baseImage: { packages: ["plain-one"], bytecode: false, pipIndex: index.url },
        pythonVersion: "3.11",
      },
    }),
    ends: "built",
  },
  {
    says: "packages on top of an environment with modes, files and leftovers that no installer made",
    base: () => ({
      parameters: {
        commands: [
          "python3 -m venv --without-pip /opt/venv",
          "cd /opt/venv/lib/python3*/site-packages",
          "mkdir plain_two plain_two-1.0.dist-info && echo 'TWO = 1' >plain_two/__init__.py && echo mine >plain_two/mine.txt",
          "printf 'Metadata-Version: 2.1\\nName: plain-two\\nVersion: 1.0\\n' >plain_two-1.0.dist-info/METADATA",
          "printf 'plain_two/__init__.py,,\\nplain_two-1.0.dist-info/METADATA,,\\nplain_two-1.0.dist-info/RECORD,,\\n' >plain_two-1.0.dist-info/RECORD",
          "touch plain_two-1.0.dist-info/unrecorded",
          "cp -r plain_two-1.0.dist-info '~lain_two-1.0.dist-info' && rm '~lain_two-1.0.dist-info/RECORD'",
          "chmod 750 /opt/venv/lib/python3* && chmod 700 . plain_two",
        ],
      },
    }),
    spec: ({ base, index }) => ({
      parameters: { baseImage: base, packages: ["plain-one", "plain-two==2.0"], pipIndex: index.url },
    }),
    ends: "built",
  },
  {
    says: "packages on top of an environment that holds one of them as setuptools installed it",
    base: () => ({
      parameters: {
        commands: [
          "python3 -m venv --without-pip /opt/venv",
          "cd /opt/venv/lib/python3*/site-packages && mkdir plain_two.egg-info && echo plain_two >plain_two.egg-info/top_level.txt",
          "printf 'Metadata-Version: 1.0\\nName: plain-two\\nVersion: 1.0\\n' >plain_two.egg-info/PKG-INFO",
        ],
      },
    }),
    spec: ({ base, index }) => ({
      parameters: { baseImage: base, packages: ["plain-two==2.0"], pipIndex: index.url },
    }),
    ends: "built",
  },
  {
    says: "a base without /dev, /proc and /sys",
    spec: ({ services }) => ({
      parameters: { baseImage: services.images.musl, commands: ["echo made > made"], env: { A: "1" } },
    }),
    ends: "built",
  },
  {
    says: "a link to an empty folder where the environment has to be",
    base: () => ({ parameters: { commands: ["mkdir /srv/env && ln -s /srv/env /opt/venv"] } }),
    spec: ({ base, index }) => ({ parameters: { baseImage: base, packages: ["plain-one"], pipIndex: index.url } }),
    ends: "E_BUILD",
  },
  {
    says: "a Python that there is not",
    spec: ({ services, index }) => ({
      parameters: {
        baseImage: services.images.debian,
        pythonVersion: "3.99",
        packages: ["plain-one"],
        pipIndex: index.url,
      },
    }),
    ends: "E_NO_PYTHON",
  },
  {
    says: "packages on a base without Python",
    spec: ({ services, index }) => ({
      parameters: { baseImage: services.images.debian, packages: ["plain-one"], pipIndex: index.url },
    }),
    ends: "E_NO_PYTHON",
  },
];
