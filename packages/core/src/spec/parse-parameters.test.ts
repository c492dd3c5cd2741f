import type { ImageSpecError } from "@imagespec/registry";
import { describe, expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { faultsOf } from "./fixtures/faults-of.ts";

describe("faults of a spec", () => {
  it.each<[string, unknown, string, RegExp]>([
    // input, path, message
    ["a number for a version", { pythonVersion: 3.1 }, "pythonVersion", /number 3\.1.*3\.10 as 3\.1/],
    ["a version of one part", { pythonVersion: "3" }, "pythonVersion", /X\.Y/],
    ["a version range", { pythonVersion: ">=3.9" }, "pythonVersion", /X\.Y/],
    ["a version in another spelling", { pythonVersion: "3.012" }, "pythonVersion", /X\.Y/],
    ["a version that begins with a zero", { pythonVersion: "03.12" }, "pythonVersion", /X\.Y/],
    ["an unknown parameter", { pakages: [] }, "pakages", /not a parameter/],
    ["a text for a list", { packages: "numpy" }, "packages", /expected a list/],
    ["an upper-case path in a base", { baseImage: "Debian" }, "baseImage", /a-z|host/],
    ["a scheme in a base", { baseImage: "https://docker.io/debian" }, "baseImage", /scheme/],
    ["a wrong digest", { baseImage: "debian@sha256:12" }, "baseImage", /digest/],
    ["a layout without a path", { baseImage: "oci:" }, "baseImage", /no folder/],
    ["a name with a tag", { name: "train:v1" }, "name", /a-z/],
    ["an empty name", { name: "" }, "name", /^it is empty$/],
    ["a registry with a tag", { registry: "ghcr.io/x/y:latest" }, "registry", /it has a tag/],
    ["a tagFormat without the hash", { tagFormat: "v1" }, "tagFormat", /\{spec_hash\}/],
    ["a tagFormat that starts with a dash", { tagFormat: "-{spec_hash}" }, "tagFormat", /legal tag/],
    ["a tagFormat that is too long", { tagFormat: `{spec_hash}${"x".repeat(120)}` }, "tagFormat", /legal tag/],
    ["a tagFormat with a space", { tagFormat: "{spec_hash} a" }, "tagFormat", /legal tag/],
    ["an env name with =", { env: { "A=B": "x" } }, "env.A=B", /'='/],
    ["an env name with a space", { env: { "A B": "x" } }, "env.A B", /white space/],
    ["an empty env name", { env: { "": "x" } }, "env.", /no name/],
    ["our own variable", { env: { _F_IMG_ID: "x" } }, "env._F_IMG_ID", /set by imagespec/],
    ["a build argument's name", { env: { IMAGESPEC_ENV_0: "x" } }, "env.IMAGESPEC_ENV_0", /reserved for the build/],
    ["an env value that is a number", { env: { A: 1 } }, "env.A", /expected text/],
    ["NUL in an env value", { env: { A: "a\0b" } }, "env.A", /NUL/],
    ["half a surrogate pair", { commands: ["echo \ud800"] }, "commands.0", /surrogate/],
    ["an absolute copy", { copy: ["/etc"] }, "copy.0", /absolute/],
    ["a copy that leads out", { copy: ["a/../../b"] }, "copy.0", /leads out/],
    ["a copy that leads out by backslashes", { copy: ["..\\x"] }, "copy.0", /leads out/],
    ["a Windows drive", { copy: ["C:\\x"] }, "copy.0", /absolute/],
    ["an empty copy", { copy: [""] }, "copy.0", /empty/],
    ["NUL in a copy", { copy: ["a\0"] }, "copy.0", /NUL/],
    ["requirements that lead out", { requirements: "../../../etc/shadow" }, "requirements", /leads out/],
    ["empty requirements", { requirements: "" }, "requirements", /empty/],
    ["cuda of two parts", { cuda: "12.4" }, "cuda", /three parts/],
    ["the empty base of Dockerfiles", { baseImage: "scratch" }, "baseImage", /no registry has/],
    ["cuda with a base", { cuda: "12.4.1", baseImage: "x" }, "cuda", /baseImage names another/],
    ["cudnn with a base", { cudnn: "9", baseImage: "x" }, "cudnn", /baseImage names another/],
    ["cudnn alone", { cudnn: "9" }, "cudnn", /needs a CUDA/],
    ["a mode without sources", { sourceCopyMode: "all" }, "sourceCopyMode", /no sourceRoot/],
    ["an unknown mode", { sourceRoot: ".", sourceCopyMode: "auto" }, "sourceCopyMode", /^expected one of none/],
    ["pythonExec with conda", { pythonExec: "/x", condaPackages: ["a"] }, "pythonExec", /conda/],
    ["a relative pythonExec", { pythonExec: "python3" }, "pythonExec", /absolute/],
    [
      "pythonExec and a version",
      { pythonExec: "/x", pythonVersion: "3.12", baseImage: "x" },
      "pythonVersion",
      /pythonExec/,
    ],
    ["packages with a lock", { requirements: "a/uv.lock", packages: ["x"] }, "packages", /lock file/],
    ["packages with poetry's lock", { requirements: "poetry.lock", packages: ["x"] }, "packages", /lock file/],
    ["a platform of one part", { platform: "amd64" }, "platform", /not a platform/],
    ["a platform list with a gap", { platform: "linux/amd64,,linux/arm64" }, "platform", /not a platform/],
    [
      "a platform named like a property of every object",
      { platform: "linux/constructor" },
      "platform",
      /not a platform/,
    ],
    ["a base by half a digest", { baseImage: `debian@sha256:${"0".repeat(32)}` }, "baseImage", /not a digest/],
    ["a base at no port", { baseImage: "localhost:99999/a" }, "baseImage", /not a port/],
    ["an option as a package", { packages: ["--index-url=x"] }, "packages.0", /an option/],
    ["an editable package", { packages: ["-e ."] }, "packages.0", /editable/],
    ["a package on two lines", { packages: ["a\nb"] }, "packages.0", /line break/],
    ["a package by path", { packages: ["./wheel.whl"] }, "packages.0", /path on this machine/],
    ["a bare wheel", { packages: ["x-1-py3-none-any.whl"] }, "packages.0", /path on this machine/],
    ["a source by its file", { packages: ["x-1.tar; os_name > ''"] }, "packages.0", /path on this machine/],
    ["a scheme in capitals", { packages: ["x @ HTTPS://h/x.whl"] }, "packages.0", /path on this machine/],
    ["an index in capitals", { pipIndex: "HTTPS://h/simple" }, "pipIndex", /URL/],
    ["a package by file URL", { packages: ["x @ file:///x"] }, "packages.0", /path on this machine/],
    ["a package by VCS path", { packages: ["git+file:///x"] }, "packages.0", /path on this machine/],
    ["something that is not a package", { packages: ["numpy 2"] }, "packages.0", /PEP 508/],
    ["a runtime package by path", { runtimePackages: ["/x"] }, "runtimePackages.0", /path on this machine/],
    ["an option for apt", { aptPackages: ["-o=x"] }, "aptPackages.0", /an option/],
    ["two apt packages in one", { aptPackages: ["git curl"] }, "aptPackages.0", /not an apt package/],
    ["shell in an apt package", { aptPackages: ["git;reboot"] }, "aptPackages.0", /not an apt package/],
    ["an option for conda", { condaPackages: ["--file=x"] }, "condaPackages.0", /an option/],
    ["a local channel", { condaChannels: ["file:///x"] }, "condaChannels.0", /channel/],
    ["an index that is not a URL", { pipIndex: "example.com/simple" }, "pipIndex", /http or https/],
    ["a mount with a slash behind it", { pipSecretMounts: [["a", "/etc/x/"]] }, "pipSecretMounts.0.1", /absolute path/],
    ["settings behind a dot", { pipSecretMounts: [["a", "/etc/pip.conf/."]] }, "pipSecretMounts.0.1", /absolute path/],
    ["a path in two forms", { pipSecretMounts: [["a", "/etc//x"]] }, "pipSecretMounts.0.1", /absolute path/],
    ["a secret over a program", { pipSecretMounts: [["a", "/usr/bin/uv"]] }, "pipSecretMounts.0.1", /programs/],
    ["a secret in a library", { pipSecretMounts: [["a", "/opt/venv/lib/x.py"]] }, "pipSecretMounts.0.1", /programs/],
    ["a project as a secret", { pipSecretMounts: [["a", "/root/pyproject.toml"]] }, "pipSecretMounts.0.1", /index/],
    ["a package that apt would remove", { aptPackages: ["git-"] }, "aptPackages.0", /remove/],
    [
      "Python in capitals",
      { pythonVersion: "3.12", condaPackages: ["Python=3.11"] },
      "pythonVersion",
      /another Python/,
    ],
    [
      "a second Python",
      { pythonVersion: "3.12", condaPackages: ["python=3.12", "python=3.11"] },
      "pythonVersion",
      /'python=3.11'/,
    ],
    ["a relative mount", { pipSecretMounts: [["a", "b"]] }, "pipSecretMounts.0.1", /absolute path/],
    ["pip's settings as a secret", { pipSecretMounts: [["a", "/etc/pip.conf"]] }, "pipSecretMounts.0.1", /index/],
    [
      "uv's settings as a secret",
      { pipSecretMounts: [["a", "/root/.config/uv/uv.toml"]] },
      "pipSecretMounts.0.1",
      /index/,
    ],
    ["a mount alone", { pipSecretMounts: ["a"] }, "pipSecretMounts.0", /expected/],
    ["an option of builderConfig", { builderConfig: { uvimage: "x" } }, "builderConfig.uvimage", /not allowed/],
    ["an invalid tool image", { builderConfig: { uvImage: "A B" } }, "builderConfig.uvImage", /./],
    ["a function as an option", { builderOptions: { a: () => 1 } }, "builderOptions.a", /JSON/],
    ["not a number", { builderOptions: { a: [Number.NaN] } }, "builderOptions.a.0", /JSON/],
    ["an empty command", { commands: [" "] }, "commands.0", /empty/],
    ["a list for a spec", [], "", /object of parameters/],
    [
      "a fault in a nested base",
      { base_image: { base_image: { cuda: "1.2" } } },
      "baseImage.baseImage.cuda",
      /three parts/,
    ],
    ["a name that holds a registry", { name: "ghcr.io/org/train" }, "name", /begins with the registry 'ghcr.io'/],
    [
      "a name too long with its registry",
      { name: "a".repeat(200), registry: `ghcr.io/${"b".repeat(200)}` },
      "name",
      /longer than 255/,
    ],
    [
      "two secrets at one place",
      {
        pip_secret_mounts: [
          ["a", "/s"],
          ["b", "/s"],
        ],
      },
      "pipSecretMounts.1",
      /two secrets/,
    ],
    ["a name that JavaScript loses", { env: JSON.parse('{ "__proto__": "x" }') }, "env", /__proto__/],
    ["a password with a quote", { env: { A: 'https://u:p"q@h/x' } }, "env.A", /user name or password/],
    ["a password with a slash", { packages: ["x @ https://u:p/q@h/x.whl"] }, "packages.0", /user name or password/],
    ["a URL with one slash", { env: { A: "http:/u:p@h" } }, "env.A", /user name or password/],
    ["a credential in a name", { builderOptions: { "https://u:p@h": 1 } }, "builderOptions", /user name or password/],
    ["an option nested deep", { builderOptions: { a: nested(20_000) } }, "builderOptions.a.a", /more than 100 levels/],
    ["a parameter nested deep", { packages: nested(20_000) }, "packages", /expected a list/],
    ["bases nested deep", nested(20_000, "baseImage"), Array(65).fill("baseImage").join("."), /more than 64/],
    ["a uv.lock with an extra", { requirements: "uv.lock", pip_extra_args: "--pre" }, "pipExtraArgs", /uv\.lock/],
    ["an extra in place of a package's", { pip_extra_args: "--extra fun" }, "pipExtraArgs", /--extra/],
    ["a project in place of its lock", { requirements: "a/setup.py" }, "requirements", /not a requirements/],
    ["a choice of a lock that is not there", { uvProject: { groups: ["x"] } }, "uvProject", /names none/],
    ["a misspelt choice", { requirements: "uv.lock", uvProject: { group: ["x"] } }, "uvProject.group", /not allowed/],
    ["conda's lock in place of a parameter", { requirements: "conda-lock.yml" }, "requirements", /not a requirements/],
    ["a script of a project", { requirements: "setup.py" }, "requirements", /not a requirements/],
    [
      "conda with an interpreter",
      { requirements: "environment.yml", pythonExec: "/usr/bin/python3" },
      "pythonExec",
      /conda/,
    ],
    ["two Pythons", { pythonVersion: "3.12", condaPackages: ["python=3.11"] }, "pythonVersion", /another Python/],
    ["a wider Python", { pythonVersion: "3.12.4", condaPackages: ["python=3.12"] }, "pythonVersion", /another Python/],
    ["any Python", { pythonVersion: "3.12", condaPackages: ["c::python"] }, "pythonVersion", /another Python/],
    ["a range", { pythonVersion: "3.12", condaPackages: ["python>=3.12"] }, "pythonVersion", /another Python/],
    ["a CUDA without images", { cuda: "10.2.89" }, "cuda", /older/],
    ["a cuDNN without images", { cuda: "12.4.1", cudnn: "8" }, "cudnn", /hold cuDNN 9/],
    ["a cuDNN that no image names", { cuda: "12.3.2", cudnn: "8.9.7" }, "cudnn", /not a cuDNN/],
    ["no channel at all", { condaChannels: ["nodefaults"] }, "condaChannels", /no channel/],
    ["a variable of the host", { packages: [`x @ https://host/\${NAME}.whl`] }, "packages.0", /\$\{NAME\}/],
    ["an index of the host", { pipIndex: `https://\${HOST}/simple` }, "pipIndex", /\$\{HOST\}/],
    ["half a hash", { packages: ["https://host/x-1.whl#sha256=00"] }, "packages.0", /cannot be checked/],
    ["md5", { packages: [`https://host/x-1.whl#md5=${"0".repeat(32)}`] }, "packages.0", /cannot be checked/],
    ["a conda token in a package", { condaPackages: ["https://c.host/t/hunter2/x::y"] }, "condaPackages.0", /token/],
    ["both spellings", { source_root: "a", sourceRoot: "b" }, "sourceRoot", /twice/],
  ])("finds %s", (_, input, path, message) => {
    const faults = faultsOf(input);
    expect(Object.keys(faults)).toContain(path);
    expect(faults[path]?.message).toMatch(message);
    expect(faults[path]?.code).toMatch(/./);
  });

  it("tells all of them at once, each with a cure", () => {
    const faults = faultsOf({
      pythonVersion: 3.1,
      pakages: ["x"],
      copy: ["/x"],
      cuda: "12.4",
      baseImage: "x",
      env: { "": "" },
      requirements: "",
    });
    expect(Object.keys(faults).sort()).toEqual(["copy.0", "cuda", "env.", "pakages", "pythonVersion", "requirements"]);
    for (const fault of Object.values(faults)) expect(fault.hint).toMatch(/./);
    expect(faults.pakages?.hint).toBe("Write 'packages' if you mean that.");
    // An absolute path out of the root is refused as well.
    expect(faultsOf({ requirements: "../r.txt" }).requirements?.hint).toMatch(/below the spec's root, or .*--root/);
  });

  it.each([
    ["pipIndex", { pipIndex: "https://user:hunter2@host/simple" }],
    ["pipExtraIndexUrl.0", { pipExtraIndexUrl: ["https://hunter2@host/simple"] }],
    ["packages.0", { packages: ["x @ git+https://hunter2@host/x.git"] }],
    ["commands.0", { commands: ["curl https://u:hunter2@host"] }],
    ["env.A", { env: { A: "postgres://u:hunter2@host/db" } }],
    ["pipExtraArgs", { pipExtraArgs: "--find-links https://u:hunter2@host" }],
    ["condaChannels.0", { condaChannels: ["https://conda.host/t/hunter2/channel"] }],
    ["baseImage", { baseImage: "https://u:hunter2@host/x" }],
    ["builderOptions.a.b.0", { builderOptions: { a: { b: ["https://u:hunter2@host"] } } }],
    ["runtimePackages.0", { runtimePackages: ["x @ https://u:hunter2@host/x.whl"] }],
  ])("refuses a credential in %s and does not print it", (path, input) => {
    try {
      ImageSpec.parse(input);
      expect.unreachable();
    } catch (error) {
      const { message, hint, faults, stack } = error as ImageSpecError;
      expect(faults?.map((fault) => fault.path.join("."))).toContain(path);
      expect(faults?.find((fault) => fault.code === "userinfo")?.hint).toContain("pipSecretMounts");
      expect(message).toContain("***");
      expect(JSON.stringify([message, hint, faults, stack])).not.toContain("hunter2");
    }
  });

  it.each([
    [{ packages: ["numpy==2.1.0", "requests[socks,x]>=2,<3; python_version > '3.9'", "a.b-c_d", "x~=1.0", "y (>=1)"] }],
    [
      {
        packages: [
          "x @ https://host/x.whl",
          "git+https://host/x.git@v1#egg=x",
          "https://host/x-1.tar.gz",
          "x===1.0+local",
        ],
      },
    ],
    [{ aptPackages: ["git", "libstdc++6", "git=1:2.39.5-0+deb12u2", "git/bookworm", "libc6:arm64"] }],
    [
      {
        condaPackages: ["numpy >=1.2,<2", "conda-forge::python=3.11", "x[build=py*]"],
        condaChannels: ["conda-forge", "https://host/c"],
      },
    ],
    [{ baseImage: "ghcr.io/org/image:tag@sha256:".concat("a".repeat(64)) }],
    [{ baseImage: "oci:./layout", pythonVersion: "3.12.4" }],
    [{ platform: "linux/amd64, linux/arm64/v8" }],
    [{ env: { URL: "https://forum.example/t/first/42" }, commands: ["curl https://forum.example/t/first/42"] }],
    [{ packages: ["x @ https://host/t/a/x-1-py3-none-any.whl", "x @ git+ssh://git@host/x.git"] }],
    [{ aptPackages: ["curl=7.88.1-10+deb12u*", "git=1:*"] }],
    [{ condaPackages: ["conda-forge/linux-64::x", "python=3.12.4"], pythonVersion: "3.12" }],
    [{ condaPackages: ["python 3.12.*"], condaChannels: ["mine", "nodefaults"], pythonVersion: "3.12" }],
    [{ cuda: "12.3.2", cudnn: "8" }],
    [{ requirements: "reqs/dev.in" }],
    [{ env: { PATH: "/x", "weird.name": " a=b\n$c\"'" } }],
    [{ registry: "", name: "Team/Train", tagFormat: "dev-{spec_hash}.{spec_hash}" }],
    [{ registry: null, packages: undefined, entrypoint: [] }],
    [{ sourceCopyMode: "none", cuda: "12.4.1", cudnn: "9" }],
  ])("takes %j", (input) => {
    expect(faultsOf(input)).toEqual({});
  });
});

/** Objects in objects. */
function nested(depth: number, key = "a"): object {
  let value: object = {};
  for (let level = 0; level < depth; level++) value = { [key]: value };
  return value;
}
