import type { DescribedSpec } from "../build-everywhere.ts";
import type { Case } from "./case.ts";

/** Specs with faults of their own, by what is wrong with them. */
const FAULTY: Record<string, DescribedSpec> = {
  "a pip.conf as a secret": {
    parameters: { packages: ["plain-one"], pipSecretMounts: [["pip.conf", "/etc/pip.conf"]] },
    files: { "pip.conf": "[global]\nindex-url = http://127.0.0.1:9/simple\n" },
  },
  "a uv.toml as a secret": {
    parameters: { packages: ["plain-one"], pipSecretMounts: [["uv.toml", "/root/.config/uv/uv.toml"]] },
    files: { "uv.toml": "" },
  },
  "wheels from a folder of the host": { parameters: { packages: ["a"], pipExtraArgs: "--find-links /srv/wheels" } },
  "an index in a folder of the host": { parameters: { packages: ["a"], pipExtraArgs: "--index file:///srv/index" } },
  "a package among the arguments": { parameters: { packages: ["a"], pipExtraArgs: "--no-deps other-package" } },
  "an interpreter of the host": { parameters: { packages: ["a"], pipExtraArgs: "--python /usr/bin/python3" } },
  "a group of a lock among the arguments": {
    parameters: { requirements: "uv.lock", pipExtraArgs: "--group dev" },
    files: { "uv.lock": "version = 1\n", "pyproject.toml": '[project]\nname = "x"\n' },
  },
  "an argument that the installer lacks": { parameters: { packages: ["a"], pipExtraArgs: "--no-such-argument" } },
  "a build of PyTorch that the host would choose": { parameters: { packages: ["a"], torchBackend: "auto" } },
  "a password in an address": { parameters: { packages: ["a"], pipIndex: "https://ann:secret@example.org/simple" } },
  "a Python that contradicts conda's": { parameters: { pythonVersion: "3.12", condaPackages: ["python=3.11"] } },
  "CUDA beside a base": { parameters: { cuda: "12.4.1" } },
  "a platform by a name that objects have": { parameters: { platform: "linux/constructor" } },
  "a parameter that there is not": { parameters: { toString: "x" } as never },
  "a copy that leads out": { parameters: { copy: ["../x"] } },
  "a mode without sources": { parameters: { sourceCopyMode: "all" } },
  "a variable of ours": { parameters: { env: { _F_IMG_ID: "x" } } },
  "a variable with the name of a build argument": { parameters: { env: { IMAGESPEC_PYTHON_INSTALL_MIRROR: "x" } } },
  "a conda package by its address": { parameters: { condaPackages: ["https://example.org/linux-64/x-1.0-0.conda"] } },
  "a tag that is the same for all": { parameters: { tagFormat: "latest" } },
};

/** Specs with faults in the files they name. */
const FAULTY_FILES: Record<string, DescribedSpec> = {
  "a project file without its lock": {
    parameters: { requirements: "pyproject.toml" },
    files: { "pyproject.toml": '[project]\nname = "x"\ndependencies = ["y"]\n' },
  },
  "an editable requirement": {
    parameters: { requirements: "requirements.txt" },
    files: { "requirements.txt": "-e git+https://example.org/x.git#egg=x\n" },
  },
  "a hash in a constraint": {
    parameters: { packages: ["plain-two"], requirements: "requirements.txt" },
    files: { "requirements.txt": "-c limits.txt\n", "limits.txt": `plain-two==1.0 --hash=sha256:${"0".repeat(64)}\n` },
  },
  "a hash of several versions": {
    parameters: { requirements: "requirements.txt" },
    files: { "requirements.txt": `plain-two>=1 --hash=sha256:${"0".repeat(64)}\n` },
  },
  "requirements outside the root": { parameters: { requirements: "/etc/shadow" } },
  "a variable of the host in a requirement": {
    parameters: { requirements: "requirements.txt" },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text that is meant
    files: { "requirements.txt": "x @ https://example.org/${NAME}.whl\n" },
  },
};

/** Specs whose base is not what they ask for. */
const UNFIT: readonly Case[] = [
  {
    says: "a base for another platform alone",
    spec: ({ services, oddBases }) => {
      const platform = services.platform === "linux/arm64" ? "linux/amd64" : "linux/arm64";
      return { parameters: { baseImage: oddBases.withoutPlatform, platform, env: { A: "1" } } };
    },
    ends: "E_REGISTRY",
  },
];

export const REFUSAL_CASES: readonly Case[] = [
  ...Object.entries(FAULTY).map(([says, spec]): Case => ({ says, spec: () => spec, ends: "E_SPEC" })),
  ...Object.entries(FAULTY_FILES).map(([says, spec]): Case => ({ says, spec: () => spec, ends: "E_INPUT_FILE" })),
  ...UNFIT,
];
