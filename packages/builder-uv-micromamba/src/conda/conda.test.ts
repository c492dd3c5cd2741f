import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImageSpecError } from "@imagespec/core/builder";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoPackages, makeChannel } from "../../../../tests/support/conda-channel/make-channel.ts";
import { makePackage } from "../../../../tests/support/conda-channel/make-package.ts";
import type { TarEntry } from "../layer/tar-entry.ts";
import { CondaArchive } from "./conda-archive.ts";
import { condaEntries } from "./conda-entries.ts";
import { condaLayers } from "./conda-layers.ts";
import type { CondaPackage } from "./conda-package.ts";
import { readCondaContents } from "./package-contents.ts";
import { type CondaQuestion, resolveConda } from "./resolve-conda.ts";
import { solveWithRattler } from "./solve-with-rattler.ts";

const PREFIX = "/opt/micromamba/envs/runtime";
const python = {
  name: "python",
  version: "3.11.7",
  format: "conda",
  depends: ["__glibc >=2.17"],
  files: [{ path: "bin/python3.11", content: "x", mode: 0o755 }],
} as const;
const channels: Record<string, string> = { "https://first.example/first": "", "https://second.example/second": "" };
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "imagespec-conda-test-"));
  const demo = demoPackages();
  await makeChannel(join(root, "first"), {
    "linux-64": [...demo.arch.filter(({ name, version }) => name !== "demo-lib" || version === "1.0"), python as never],
    "linux-aarch64": [python as never],
    noarch: demo.noarch,
  });
  await makeChannel(join(root, "second"), { "linux-64": demo.arch });
  channels["https://first.example/first"] = join(root, "first");
  channels["https://second.example/second"] = join(root, "second");
});
afterAll(() => rm(root, { recursive: true }));

// The only edge that is not real here: https to hosts that do not exist is a read from the channel's folder.
async function download(url: string): Promise<Uint8Array | undefined> {
  const channel = Object.keys(channels).find((base) => url.startsWith(`${base}/`)) as string;
  return readFile(join(channels[channel] as string, url.slice(channel.length))).catch(() => undefined);
}

function question(packages: string[], more: Partial<CondaQuestion> = {}): CondaQuestion {
  return {
    prefix: PREFIX,
    packages,
    channels: Object.keys(channels),
    pythonVersion: undefined,
    architecture: "amd64",
    machine: { libc: { family: "glibc", major: 2, minor: 36 }, env: [] },
    ...more,
  };
}

const resolve = (asked: CondaQuestion) => resolveConda(asked, solveWithRattler(download), new AbortController().signal);
const fileOf = ({ channel, subdir, fn }: CondaPackage) => join(channels[channel] as string, subdir, fn);

async function installed(
  pack: CondaPackage,
  target: Parameters<typeof condaEntries>[2],
  file = fileOf(pack),
): Promise<Map<string, TarEntry & { text?: string }>> {
  const result = new Map<string, TarEntry & { text?: string }>();
  for await (const entry of condaEntries(pack, file, target)) {
    const text = entry.type === "file" ? await contentOf(entry.content) : undefined;
    result.set(entry.path, text === undefined ? entry : { ...entry, text });
  }
  return result;
}

async function contentOf(content: Uint8Array | (() => AsyncIterable<Uint8Array>)): Promise<string> {
  if (content instanceof Uint8Array) return Buffer.from(content).toString("latin1");
  const parts: Uint8Array[] = [];
  for await (const part of content()) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("latin1");
}

async function one(name: string, more: Partial<CondaQuestion> = {}) {
  const { packages, target } = await resolve(question([name], more));
  return { pack: packages.find(({ record }) => record.name === name) as CondaPackage, target };
}

describe("resolveConda with rattler", () => {
  it("takes a name from the first channel that has it, even where a later one has a newer version", async () => {
    const { packages } = await resolve(question(["demo-script"]));
    expect(packages.map(({ record, channel }) => [record.name, record.version, channel])).toEqual([
      ["demo-lib", "1.0", "https://first.example/first"],
      ["demo-script", "1.0", "https://first.example/first"],
    ]);
  });

  it("takes a name with a channel from that channel", async () => {
    const { packages } = await resolve(question(["https://second.example/second::demo-lib"]));
    expect(packages[0]?.record.version).toBe("2.0");
  });

  it("takes a name with a channel and a subdir from there", async () => {
    const { packages } = await resolve(question(["https://second.example/second/linux-64::demo-lib"]));
    expect(packages[0]?.record.version).toBe("2.0");
    await expect(resolve(question(["https://second.example/second/noarch::demo-lib"]))).rejects.toMatchObject({
      code: "E_RESOLVE",
    });
  });

  it("solves for another platform than the host's, with Python where it is asked for", async () => {
    const { packages, target } = await resolve(
      question(["demo-noarch"], { architecture: "arm64", pythonVersion: "3.11" }),
    );
    expect(packages.map(({ url }) => url)).toEqual([
      "https://first.example/first/noarch/demo-noarch-1.0-0.conda",
      "https://first.example/first/linux-aarch64/python-3.11.7-0.conda",
    ]);
    expect(target.python).toEqual({ minor: "3.11", sitePackages: "lib/python3.11/site-packages" });
  });

  it.each([
    ["an unknown package", ["nosuch"], {}, /nosuch/],
    ["a libc the base lacks", ["demo-newglibc"], {}, /__glibc/],
    ["a version nobody has", ["demo-lib ==9"], {}, /demo-lib/],
    [
      "a channel that is not there",
      ["demo-lib"],
      { channels: ["https://first.example/first/none"] },
      /is not a conda channel/,
    ],
  ])("refuses %s with E_RESOLVE", async (_name, packages, more, message) => {
    await expect(resolve(question(packages, more))).rejects.toMatchObject({
      code: "E_RESOLVE",
      message: expect.stringMatching(message),
    });
  });

  it("leaves a musl base to other builders", async () => {
    const machine = { libc: { family: "musl", major: 1, minor: 2 } as const, env: [] };
    await expect(resolve(question(["demo-lib"], { machine }))).rejects.toMatchObject({ code: "E_UNSUPPORTED" });
  });
});

describe("condaEntries", () => {
  it("puts the prefix into text of a .tar.bz2 package and keeps links and modes", async () => {
    const { pack, target } = await one("demo-script");
    const files = await installed(pack, target);
    expect(files.get("opt/micromamba/envs/runtime/bin/demo-script")).toMatchObject({
      mode: 0o755,
      text: `#!/bin/sh\n. ${PREFIX}/etc/demo.conf\necho "$DEMO"\n`,
    });
    expect(files.get("opt/micromamba/envs/runtime/bin/demo-link")).toMatchObject({
      type: "symlink",
      link: "demo-script",
    });
    const meta = JSON.parse(files.get("opt/micromamba/envs/runtime/conda-meta/demo-script-1.0-0.json")?.text as string);
    expect(meta).toMatchObject({ name: "demo-script", files: ["bin/demo-link", "bin/demo-script", "etc/demo.conf"] });
  });

  it("keeps the length of a binary's strings", async () => {
    const { pack, target } = await one("demo-binary");
    const text = (await installed(pack, target)).get("opt/micromamba/envs/runtime/lib/demo.bin")?.text as string;
    expect(text.startsWith(`\0\x01head${PREFIX}/lib:${PREFIX}/x\0`)).toBe(true);
    expect(text.endsWith("\0tail")).toBe(true);
    expect(text.length).toBe(6 + 255 * 2 + "/lib:".length + "/x".length + 5);
  });

  it("refuses a binary whose placeholder is too short", async () => {
    const { pack, target } = await one("demo-short");
    await expect(installed(pack, target)).rejects.toMatchObject({
      code: "E_UNSUPPORTED",
      message: expect.stringMatching(/lib\/short\.bin has room for a prefix of 10 bytes/),
    });
  });

  it("lays a Python package for any platform into site-packages with its entry point", async () => {
    const { pack, target } = await one("demo-noarch");
    const files = await installed(pack, target);
    expect([...files.keys()]).toEqual([
      "opt/micromamba/envs/runtime/lib/python3.11/site-packages/demo_noarch/__init__.py",
      "opt/micromamba/envs/runtime/lib/python3.11/site-packages/demo_noarch-1.0.dist-info/METADATA",
      "opt/micromamba/envs/runtime/bin/demo-plain",
      "opt/micromamba/envs/runtime/bin/demo-cli",
      "opt/micromamba/envs/runtime/conda-meta/demo-noarch-1.0-0.json",
    ]);
    expect(files.get("opt/micromamba/envs/runtime/bin/demo-cli")?.text).toMatch(`#!${PREFIX}/bin/python3.11\n`);
    expect(files.get("opt/micromamba/envs/runtime/bin/demo-plain")?.text).toMatch(`#!${PREFIX}/bin/python\n`);
  });

  it("keeps hard links", async () => {
    const { pack, target } = await one("demo-lib", { channels: ["https://second.example/second"] });
    expect((await installed(pack, target)).get("opt/micromamba/envs/runtime/share/demo-lib-again")).toMatchObject({
      type: "hardlink",
      link: "opt/micromamba/envs/runtime/share/demo-lib",
    });
  });

  it("says which scripts it will not run and which distributions are in a package", async () => {
    const { pack } = await one("demo-postlink");
    const contents = await readCondaContents(new CondaArchive(fileOf(pack), pack.fn), pack);
    expect(contents).toEqual({ linkScripts: ["bin/.demo-postlink-post-link.sh"], distributions: [] });
    const noarch = (await one("demo-noarch")).pack;
    const { distributions } = await readCondaContents(new CondaArchive(fileOf(noarch), noarch.fn), noarch);
    expect(distributions).toEqual([{ name: "demo_noarch", version: "1.0", info: "demo_noarch-1.0.dist-info" }]);
  });

  it.each(["PyYAML-6.0-py3.11.egg-info", "PyYAML-6.0-py3.11.egg-info/PKG-INFO"])(
    "counts as a distribution what setuptools wrote, as uv does: %s",
    async (file) => {
      const path = `lib/python3.11/site-packages/${file}`;
      const files = [{ path, content: "Metadata-Version: 1.0\n" }];
      const [fn] = await makePackage(root, "linux-64", { name: "pyyaml", version: "6.0", format: "conda", files });
      const record = { name: "pyyaml", version: "6.0", build: "0", build_number: 0 };
      const pack = { record, fn, subdir: "linux-64", channel: "", url: "" };
      const { distributions } = await readCondaContents(new CondaArchive(join(root, fn), fn), pack);
      expect(distributions).toMatchObject([{ name: "PyYAML", version: "6.0" }]);
    },
  );

  it.each([
    ["a hash", { sha256: "0".repeat(64) }, /lib\/x does not have the sha256 that info\/paths\.json says/],
    ["a size", { size_in_bytes: 2 }, /lib\/x has 1 bytes, and info\/paths\.json says 2/],
    ["a malformed hash", { sha256: "abc" }, /lib\/x has a malformed sha256 hash/],
  ])("refuses a file that is not what the package states by %s, relocated or not", async (_name, stated, message) => {
    const target = { prefix: PREFIX, python: undefined };
    for (const placeholder of [undefined, { text: "/place", mode: "text" as const }]) {
      const file = { path: "lib/x", content: "x", stated, ...(placeholder && { placeholder }) };
      const [fn] = await makePackage(root, "linux-64", {
        name: "stated",
        version: "1",
        format: "conda",
        files: [file],
      });
      const record = { name: "stated", version: "1", build: "0", build_number: 0 };
      const pack = { record, fn, subdir: "linux-64", channel: "", url: "" };
      const read = async () => {
        for await (const entry of condaEntries(pack, join(root, fn), target))
          if (entry.type === "file") await contentOf(entry.content);
      };
      await expect(read()).rejects.toMatchObject({ code: "E_RESOLVE", message: expect.stringMatching(message) });
    }
  });

  it("takes a file that is what the package states", async () => {
    const sha256 = createHash("sha256").update("x").digest("hex");
    const files = [{ path: "lib/x", content: "x", stated: { sha256, size_in_bytes: 1 } }];
    const [fn] = await makePackage(root, "linux-64", { name: "right", version: "1", format: "tar.bz2", files });
    const pack = {
      record: { name: "right", version: "1", build: "0", build_number: 0 },
      fn,
      subdir: "",
      channel: "",
      url: "",
    };
    expect(
      (await installed(pack, { prefix: PREFIX, python: undefined }, join(root, fn))).has(
        "opt/micromamba/envs/runtime/lib/x",
      ),
    ).toBe(true);
  });

  it("refuses a file that is not a package", async () => {
    const pack = { ...(await one("demo-lib")).pack };
    const entries = condaEntries(pack, join(root, "first/noarch/repodata.json"), { prefix: PREFIX, python: undefined });
    await expect(entries.next()).rejects.toBeInstanceOf(ImageSpecError);
  });
});

describe("condaLayers", () => {
  it("fetches a package only for the layer that holds it", async () => {
    const { packages, target } = await resolve(question(["demo-script", "demo-noarch", "demo-binary"]));
    const fetched: string[] = [];
    const layers = condaLayers(
      packages.map((pack) => ({ pack, files: [] })),
      {
        target,
        limit: 100,
        warn: (message) => expect.unreachable(message),
        async fetchPackage(pack) {
          fetched.push(pack.record.name);
          return fileOf(pack);
        },
      },
    );
    expect(layers.length).toBeGreaterThan(1);
    const paths: string[] = [];
    for await (const entry of (layers[0] as (typeof layers)[number]).entries(new AbortController().signal))
      paths.push(entry.path);
    expect(paths).toContain("opt/micromamba/envs/runtime/conda-meta/history");
    expect(fetched.length).toBeLessThan(packages.length);
  });
});
