import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { debianBase } from "../fixtures/debian-base.ts";
import { readAnswer, resolvePackages } from "./resolve-packages.ts";

const SHA = "6f94b488255acd996254f775c77ff3956557c61f860a3c9caeaf65457554194f";
const asked = (...packages: string[]) => ({ packages, baseName: "debian" });
const uri = (name: string, version: string) =>
  `'http://mirror.test/pool/${name}.deb' ${name}_${encodeURIComponent(version)}_amd64.deb 12 SHA256:${SHA}\n`;

describe("readAnswer", () => {
  it("takes order, files and hashes from apt, and who asked for a package", () => {
    const simulated =
      "Note, selecting 'mawk' instead of 'awk'\nInst libjq1 (1:1.6-2 Debian:12/stable [amd64])\nInst jq (1.6-2 Debian:12/stable [amd64])\nInst mawk (1 Debian [all])\nConf jq (1.6-2 Debian:12/stable [amd64])\n";
    const { packages } = readAnswer(
      simulated,
      uri("jq", "1.6-2") + uri("libjq1", "1:1.6-2") + uri("mawk", "1"),
      asked("jq=1*", "awk"),
    );
    expect(packages.map(({ name, automatic }) => [name, automatic])).toEqual([
      ["libjq1", true],
      ["jq", false],
      ["mawk", false],
    ]);
    expect(packages[0]).toMatchObject({ version: "1:1.6-2", size: 12, sha256: `sha256:${SHA}` });
  });

  it("knows a package whose name ends in a plus from one that a plus asks for", () => {
    const simulated = "Inst g++ (4 Debian [amd64])\nInst jq (1 Debian [amd64])\nInst cpp (4 Debian [amd64])\n";
    const { packages } = readAnswer(simulated, uri("g++", "4") + uri("jq", "1") + uri("cpp", "4"), asked("g++", "jq+"));
    expect(packages.map(({ automatic }) => automatic)).toEqual([false, false, true]);
  });

  it("hands on what would change packages of the base", () => {
    const replace = "Inst libssl3 [3.0.1] (3.0.2 Debian:12/stable [amd64])\n";
    expect(() => readAnswer(replace, "", asked("libssl-dev"))).toThrow("replace libssl3 3.0.1 by 3.0.2 in debian");
    expect(() => readAnswer("Remv mawk [1.3]\n", "", asked("gawk"))).toThrow("remove mawk in debian");
    const foreign = "Inst libc6:i386 (2 Debian:12/stable [i386])\n";
    expect(() => readAnswer(foreign, "", asked("libc6:i386"))).toThrow("another architecture");
  });

  it("takes no file without a sha256", () => {
    const md5 = "'http://mirror.test/jq.deb' jq_1_amd64.deb 12 MD5Sum:00\n";
    expect(() => readAnswer("Inst jq (1 Debian [amd64])\n", md5, asked("jq"))).toThrow(
      expect.objectContaining({ code: "E_RESOLVE" }),
    );
  });
});

describe("resolvePackages", () => {
  /** Asks an apt-get that is this shell script; `$root` is the root that it is given. */
  async function resolved(script: string, files: Readonly<Record<string, string>>) {
    const folder = await mkdtemp(join(tmpdir(), "resolve-packages-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const [aptGet, root] = [join(folder, "apt-get"), join(folder, "root")];
    await mkdir(root);
    await writeFile(aptGet, `#!/bin/sh\nroot='${root}'\n${script}`, { mode: 0o755 });
    const lines: string[] = [];
    const resolution = resolvePackages({
      programs: { aptGet, dpkgDeb: "" },
      base: debianBase(files).system,
      baseName: "debian",
      architecture: "amd64",
      packages: ["nothing"],
      root,
      signal: new AbortController().signal,
      onLine: (line) => lines.push(line),
    });
    return { root, lines, error: await resolution.then(() => undefined).catch((error: Error) => error) };
  }
  const LIST = { "etc/apt/sources.list": "deb http://mirror.test/debian bookworm main\n" };

  it("passes on once what apt says, though it is asked twice, and once what it fails of", async () => {
    const script = 'case "$*" in *update*) exit 0;; esac\necho "E: no such package" >&2\nexit 100\n';
    const { error, lines } = await resolved(script, LIST);
    expect(error).toMatchObject({ code: "E_RESOLVE" });
    expect(`${error?.message}`.match(/no such package/g)).toHaveLength(1);
    expect(lines).toEqual(["E: no such package"]);
  });

  const LOST = 'echo "E: Failed to fetch http://b.test/InRelease  Could not resolve" >&2; exit 100';
  const list = 'touch "$(dirname "$APT_CONFIG")/lists/a_InRelease"';
  it.each<[string, string, string, string]>([
    [
      "some sources answer",
      `case "$*" in *--error-on*) ${list}; ${LOST};; esac`,
      "E_UNSUPPORTED",
      "Failed to fetch http://b.test",
    ],
    ["none answers", `case "$*" in *--error-on*) ${LOST};; esac`, "E_RESOLVE", "Failed to fetch http://b.test"],
    ["one answers with a fault", `${list}; ${LOST}`, "E_RESOLVE", "Failed to fetch http://b.test"],
  ])(
    "names a source that cannot be read, and hands on only where apt goes on without it: %s",
    async (_, script, code, message) => {
      const { error } = await resolved(`${script}\n`, LIST);
      expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
    },
  );

  it("gives apt the base's status, preferences, keys and sources, and no other setting", async () => {
    const key = "usr/share/keyrings/other.gpg";
    const { root } = await resolved("exit 100\n", {
      ...LIST,
      "var/lib/dpkg/status": "Package: base-files\nStatus: install ok installed\n",
      "var/lib/dpkg/arch": "amd64\ni386\n",
      "etc/apt/preferences.d/pins": "Package: *\n",
      "etc/apt/trusted.gpg.d/debian.gpg": "keys",
      "etc/apt/sources.list.d/more.sources": "Types: deb\nURIs: http://more.test/\nSuites: stable\nComponents: main\n",
      "etc/apt/sources.list.d/other.list": `deb [signed-by=/${key}] https://other.test stable main\n`,
      "etc/apt/sources.list.d/old.list.save": "deb http://old.test stable main\n",
      [key]: "other keys",
    });
    const read = (path: string) => readFile(join(root, path), "utf8");
    expect(await read("status")).toContain("base-files");
    expect(await read("etc/preferences.d/pins")).toBe("Package: *\n");
    expect(await read("etc/trusted.gpg.d/debian.gpg")).toBe("keys");
    const sources = await read("etc/sources.list.d/base.sources");
    expect(sources.match(/^URIs: .*$/gm)).toEqual([
      "URIs: http://mirror.test/debian",
      "URIs: http://more.test/",
      "URIs: https://other.test",
    ]);
    const signedBy = /^Signed-By: (.*)$/m.exec(sources)?.[1] ?? "";
    expect(await readFile(signedBy, "utf8")).toBe("other keys");
    const settings = await read("apt.conf");
    expect(settings).toContain('APT::Architectures { "amd64"; "i386"; };');
    expect(settings).toContain('Dir::Etc::main "/dev/null";');
  });

  it.each([
    ["sources of packages", {}],
    [
      "signed by /usr/share/keyrings/gone.gpg",
      { "etc/apt/sources.list": "deb [signed-by=/usr/share/keyrings/gone.gpg] http://a.test b c\n" },
    ],
    ["logins", { ...LIST, "etc/apt/auth.conf": "machine mirror.test login a password b\n" }],
    ["sets APT::Default-Release", { ...LIST, "etc/apt/apt.conf.d/50": 'APT::Default-Release "sid";' }],
  ])("hands on a base whose sources or settings are not taken over: %s", async (said, files) => {
    const { error } = await resolved("exit 0\n", files);
    expect(error).toMatchObject({ code: "E_UNSUPPORTED", message: expect.stringContaining(said) });
  });
});
