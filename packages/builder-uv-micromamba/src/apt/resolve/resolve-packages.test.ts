import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
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

it("passes on once what apt says, though it is asked twice, and once what it fails of", async () => {
  const folder = await mkdtemp(join(tmpdir(), "resolve-packages-"));
  try {
    const aptGet = join(folder, "apt-get");
    await writeFile(
      aptGet,
      '#!/bin/sh\ncase "$*" in *update*) exit 0;; esac\necho "E: no such package" >&2\nexit 100\n',
    );
    await chmod(aptGet, 0o755);
    const texts: Record<string, string> = { "etc/apt/sources.list": "deb http://mirror.test/debian bookworm main\n" };
    const text = (path: string) => texts[path] ?? "";
    const base = { packages: [], file: () => undefined, text, below: () => [] };
    const lines: string[] = [];
    const question = {
      ...{ programs: { aptGet, dpkgDeb: "" }, base, baseName: "debian", architecture: "amd64", packages: ["nothing"] },
      ...{
        root: join(folder, "root"),
        signal: new AbortController().signal,
        onLine: (line: string) => lines.push(line),
      },
    };
    await mkdir(question.root);
    const error = await resolvePackages(question).catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: "E_RESOLVE" });
    expect(`${(error as Error).message}`.match(/no such package/g)).toHaveLength(1);
    expect(lines).toEqual(["E: no such package"]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
