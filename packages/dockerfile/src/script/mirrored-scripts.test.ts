import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { aptScript } from "./apt.ts";
import { condaScript } from "./conda.ts";

const USER = { name: "flytekit", home: "/home/flytekit", workdir: "/root" } as const;
const TOOLS = { bin: "/tools", requirements: "/requirements", ca: "/ca", cache: undefined };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "imagespec-script-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("has apt read copies of the base's lists in which mirrors stand for archives", () => {
  const lists = join(folder, "etc/apt/sources.list.d");
  mkdirSync(lists, { recursive: true });
  writeFileSync(
    join(lists, "debian.sources"),
    "URIs: http://archive.example/debian\nURIs: http://archive.example/debian-security http://archive.example/debian/\n",
  );
  const mirrors = {
    "http://archive.example/debian": "http://m.example/debian-x",
    "http://archive.example/debian-security": "http://archive.example/debian/security",
  };
  const script = aptScript({ packages: ["git"], mirrors }, TOOLS);
  const copying = script.filter((line) => /\$sources/.test(line) && !/apt_get|rm -rf/.test(line)).join(" ");
  const text = execFileSync("sh", [
    "-c",
    `${copying.replaceAll("/etc/apt", `${folder}/etc/apt`)} cat "$sources"/*/*; rm -r "$sources"`,
  ]);
  expect(text.toString()).toBe(
    "URIs: http://m.example/debian-x\nURIs: http://archive.example/debian/security http://m.example/debian-x/\n",
  );
  expect(readFileSync(join(lists, "debian.sources"), "utf8")).not.toContain("m.example");
  expect(script.join(" ")).toContain("Dir::Etc::SourceParts=$sources/sources.list.d");
  expect(aptScript({ packages: ["git"] }, TOOLS).join(" ")).not.toContain("sources.list");
});

it("reads conda channels through mirrors, and has the records name the channels", () => {
  const step = {
    manager: "conda",
    prefix: "/opt/micromamba/envs/runtime",
    pythonVersion: undefined,
    packages: ["conda-forge::numpy>=2", "scipy"],
    channels: ["conda-forge", "https://own.example/x"],
    mirrors: { "https://conda.anaconda.org": "https://m.example/conda" },
    uvImage: "uv:1",
    micromambaImage: "micromamba:1",
    bytecode: false,
  } as const;
  const script = condaScript({ ...step, packages: [...step.packages], channels: [...step.channels] }, TOOLS, USER);
  const asked = script.filter((line) => line.includes("conda-forge") && !line.includes("sys.argv"));
  expect(asked.slice(0, 2)).toEqual([
    "-c https://m.example/conda/conda-forge",
    "'https://m.example/conda/conda-forge::numpy>=2'",
  ]);
  const records = script.slice(script.findIndex((line) => line.includes("sys.argv"))).slice(0, 3);
  for (const name of ["conda-meta", "bin"]) mkdirSync(join(folder, name));
  symlinkSync("/usr/bin/python3", join(folder, "bin/python"));
  const meta = join(folder, "conda-meta/numpy.json");
  writeFileSync(
    meta,
    '{"channel": "https://m.example/conda/conda-forge", "url": "https://m.example/conda/conda-forge/noarch/é.conda", "x": "https://m.example/conda/conda-forge-2"}',
  );
  execFileSync("sh", ["-c", records.join(" ").replace("; ", "").replaceAll(step.prefix, folder)]);
  expect(JSON.parse(readFileSync(meta, "utf8"))).toEqual({
    channel: "https://conda.anaconda.org/conda-forge",
    url: "https://conda.anaconda.org/conda-forge/noarch/é.conda",
    x: "https://m.example/conda/conda-forge-2",
  });
});
