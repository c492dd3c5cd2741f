import { createHash } from "node:crypto";
import { type Case, uvProject } from "./case.ts";

const ZEROS = "0".repeat(128);

/** What is installed. */
export const PACKAGE_CASES: readonly Case[] = [
  {
    says: "wheels with every kind of member: data, scripts, headers, name spaces, empty folders, odd names, bytecode",
    spec: ({ index }) => ({
      parameters: {
        packages: [
          "plain-one",
          "data-files",
          "space-one",
          "space-two",
          "empty-folders",
          "shipped-bytecode",
          "odd-names",
          "gui-script",
          "mixed-case-name",
          "long-version",
          "by-marker",
        ],
        pipIndex: index.url,
      },
    }),
    ends: "built",
  },
  {
    says: "a package whose newest version has no wheel, which who installs wheels only does not replace by an older one",
    spec: ({ index }) => ({ parameters: { packages: ["newest-as-source"], pipIndex: index.url } }),
    ends: "built",
  },
  {
    says: "such a package as a dependency of another",
    spec: ({ index }) => ({ parameters: { packages: ["needs-newest"], pipIndex: index.url } }),
    ends: "built",
  },
  {
    says: "such a package that a constraint keeps at a version with a wheel",
    spec: ({ index }) => ({
      parameters: { packages: ["needs-newest"], requirements: "requirements.txt", pipIndex: index.url },
      files: { "requirements.txt": "-c limits.txt\n", "limits.txt": "newest-as-source<2\n" },
    }),
    ends: "built",
  },
  {
    says: "a Python that the base lacks, with requirements that name files, a constraint and hashes",
    spec: ({ services, index, extra, pythonVersion }) => {
      const sha = index.distributions.find(({ name, version }) => name === "plain-two" && version === "1.0")?.sha256;
      return {
        parameters: {
          baseImage: services.images.debian,
          pythonVersion,
          requirements: "requirements.txt",
          pipIndex: index.url,
          pipExtraIndexUrl: [extra.url],
        },
        files: {
          "requirements.txt": "# roots\n-r parts/more.txt\n-c limits.txt\nonly-here\n",
          "parts/more.txt": `plain-one >= 1 # of the index\nplain-two==1.0  --hash=sha256:${sha?.toUpperCase()}\n`,
          "limits.txt": "plain-two<2\n",
        },
      };
    },
    ends: "built",
  },
  {
    says: "requirements that demand hashes, and a package whose address states its own",
    spec: ({ index }) => {
      const file = (wanted: string) => index.distributions.find(({ filename }) => filename.startsWith(`${wanted}-`));
      const sha = file("plain_two-1.0")?.sha256;
      const { filename, sha256 } = file("data_files-1.0") as { filename: string; sha256: string };
      const address = new URL(`/files/${filename}#sha256=${sha256}`, index.url).href;
      return {
        parameters: {
          packages: [`data-files @ ${address}`],
          requirements: "requirements.txt",
          pipIndex: index.url,
        },
        files: { "requirements.txt": `--require-hashes\nplain-two==1.0 \\\n    --hash=sha256:${sha}\n` },
      };
    },
    ends: "built",
  },
  {
    says: "arguments that choose versions",
    spec: ({ index }) => ({
      parameters: { packages: ["plain-two"], pipIndex: index.url, pipExtraArgs: "--prerelease allow" },
    }),
    ends: "built",
  },
  {
    says: "a lock of uv with groups and extras",
    spec: ({ index }) => ({
      parameters: { requirements: "uv.lock" },
      ...uvProject(
        index.url,
        '[project.optional-dependencies]\nfun = ["data-files"]\n\n[dependency-groups]\ndev = ["odd-names"]\n',
      ),
    }),
    ends: "built",
  },
  {
    says: "a lock of uv with a source for a package",
    isLong: true,
    spec: ({ index, extra }) => ({
      parameters: { requirements: "uv.lock" },
      ...uvProject(
        index.url,
        `[tool.uv.sources]\nonly-here = { index = "more" }\n\n[[tool.uv.index]]\nname = "more"\nurl = "${extra.url}"\nexplicit = true\n`,
        'requires-python = ">=3.11"\ndependencies = ["only-here>=1", "plain-two"]',
      ),
    }),
    ends: "built",
  },
  {
    says: "an index with a password, whose netrc is a secret",
    spec: ({ closed, netrc }) => ({
      parameters: {
        packages: ["plain-one"],
        pipIndex: closed.url,
        pipSecretMounts: [["secrets/netrc", "/root/.netrc"]],
      },
      files: { "secrets/netrc": { text: netrc, mode: 0o600 } },
    }),
    ends: "built",
  },
  {
    says: "settings of installers in the environment of the base",
    spec: ({ services, index, pythonVersion }) => ({
      parameters: {
        pythonVersion,
        baseImage: {
          baseImage: services.images.debian,
          env: {
            UV_PYTHON_INSTALL_MIRROR: "http://127.0.0.1:9",
            UV_PYTHON_DOWNLOADS_JSON_URL: "http://127.0.0.1:9/list.json",
            UV_EXCLUDE_NEWER: "2020-06-01T00:00:00Z",
            UV_INDEX_URL: "http://127.0.0.1:9/simple",
            UV_NO_DEPS: "1",
            PIP_INDEX_URL: "http://127.0.0.1:9/simple",
            PIP_NO_DEPS: "1",
            PYTHONDONTWRITEBYTECODE: "1",
            PYTHONHOME: "/nowhere",
          },
        },
        packages: ["plain-one"],
        pipIndex: index.url,
      },
    }),
    ends: "built",
  },
  {
    says: "no bytecode but what wheels bring",
    spec: ({ index }) => ({
      parameters: { bytecode: false, packages: ["shipped-bytecode", "plain-two"], pipIndex: index.url },
    }),
    ends: "built",
  },
  {
    says: "packages for the start of the container, and images for the tools",
    spec: ({ services, index }) => ({
      parameters: {
        packages: ["plain-two"],
        pipIndex: index.url,
        runtimePackages: ["ipdb"],
        builderConfig: { uvImage: services.images.uv },
      },
    }),
    ends: "built",
  },
  {
    says: "two wheels with one path",
    spec: ({ index }) => ({
      parameters: { packages: ["shared-path-one", "shared-path-two"], pipIndex: index.url },
    }),
    ends: "built",
  },
  {
    says: "a project's lock with a group and an extra",
    spec: ({ index }) => ({
      parameters: { requirements: "pyproject.toml", uvProject: { groups: ["dev"], extras: ["fast"] } },
      ...uvProject(
        index.url,
        '[project.optional-dependencies]\nfast = ["space-one"]\nslow = ["odd-names"]\n\n[dependency-groups]\ndev = ["space-two"]\n',
      ),
    }),
    ends: "built",
  },
  {
    says: "two wheels with one path and different contents",
    spec: ({ index }) => ({ parameters: { packages: ["both-have-one", "both-have-two"], pipIndex: index.url } }),
    warns: /part\.py'? is in both.have.one 1\.0 and in both.have.two 1\.0/,
    ends: "built",
  },
  {
    says: "a lock of poetry with a group",
    isLong: true,
    spec: ({ index }) => ({
      parameters: { requirements: "poetry.lock" },
      files: {
        "pyproject.toml": `[project]\nname = "app"\nversion = "0.1"\nrequires-python = ">=3.11"
dependencies = ["plain-one", "plain-two (<2)"]\n\n[tool.poetry]\npackage-mode = false\n
[tool.poetry.group.dev.dependencies]\ndata-files = "*"\n
[[tool.poetry.source]]\nname = "loopback"\nurl = "${index.url}"\npriority = "primary"\n`,
      },
      prepare: [["poetry", "lock"]],
    }),
    ends: "built",
  },
  {
    says: "a wheel with a name that deletes files in an image",
    spec: ({ index }) => ({ parameters: { packages: ["white-out"], pipIndex: index.url } }),
    ends: "E_RESOLVE",
  },
  {
    says: "a wheel with scripts of the interpreter's names",
    spec: ({ index }) => ({ parameters: { packages: ["called-python"], pipIndex: index.url } }),
    ends: "E_RESOLVE",
  },
  {
    says: "a wheel that brings the environment's own configuration",
    spec: ({ index }) => ({ parameters: { packages: ["brings-config"], pipIndex: index.url } }),
    ends: "E_RESOLVE",
  },
  {
    says: "a wheel with two contents for one place",
    spec: ({ index }) => ({ parameters: { packages: ["two-contents"], pipIndex: index.url } }),
    ends: "E_RESOLVE",
  },
  {
    says: "a path that is a file in one wheel and a folder in another",
    spec: ({ index }) => ({ parameters: { packages: ["has-file", "has-folder"], pipIndex: index.url } }),
    ends: "E_RESOLVE",
  },
  {
    says: "a hash that is not the file's",
    spec: ({ index }) => ({
      parameters: { requirements: "requirements.txt", pipIndex: index.url },
      files: { "requirements.txt": `plain-two==1.0 --hash=sha512:${ZEROS}\n` },
    }),
    ends: ["E_DIGEST_MISMATCH", "E_RESOLVE"],
  },
  {
    says: "two hashes, of which the file has the one that its index does not state",
    spec: ({ index }) => {
      const file = index.distributions.find(({ name, version }) => name === "plain-two" && version === "1.0");
      const sha512 = createHash("sha512")
        .update(file?.bytes ?? "")
        .digest("hex");
      return {
        parameters: { requirements: "requirements.txt", pipIndex: index.url },
        files: {
          "requirements.txt": `plain-two==1.0 --hash=sha256:${ZEROS.slice(64)} --hash=sha512:${sha512}\n`,
        },
      };
    },
    ends: "built",
  },
  {
    says: "a package that no index has",
    spec: ({ index }) => ({ parameters: { packages: ["nowhere-to-be-found"], pipIndex: index.url } }),
    ends: "E_RESOLVE",
  },
  {
    says: "a lock for a newer Python than the base's",
    spec: ({ index }) => {
      const { files, prepare } = uvProject(index.url, "");
      // Raised afterwards: uv would need such a Python to lock it, which this machine may lack.
      const raise = ["sed", "-i", "s/>=3.11/>=3.12/", "pyproject.toml", "uv.lock"];
      return { parameters: { requirements: "uv.lock" }, files, prepare: [...prepare, raise] };
    },
    ends: "E_RESOLVE",
  },
];
