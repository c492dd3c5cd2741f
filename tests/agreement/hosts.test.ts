import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPackageIndex } from "@imagespec/testkit";
import { afterAll, describe, expect, test } from "vitest";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { type PlannedFile, temporaryFolder } from "../support/temporary-folder.ts";
import { withoutPythonDownloads } from "../support/without-python-downloads.ts";
import { Checkout, differentHosts, type Host } from "./hosts.ts";
import { WHEELS } from "./wheels.ts";

const MAIN = fileURLToPath(new URL("../../packages/cli/dist/main.js", import.meta.url));

const services = await ensureServices();
const hosts = await differentHosts();
const index = await startPackageIndex({ packages: WHEELS });
const scratch = await temporaryFolder();
const count = { specs: 0, images: 0 };
afterAll(async () => {
  await index.close();
  await scratch[Symbol.asyncDispose]();
  console.log(`hosts: ${count.specs} specs on ${hosts.length} hosts, ${count.images} images compared`);
});

const { registry, platform, images } = services;
const shared = { name: "hosts", registry, platform, baseImage: images.pythonSmall };
const SOURCES: Record<string, PlannedFile> = {
  "src/main.py": "print('main')\n",
  "src/I.py": "I = 1\n",
  "src/bin/run.sh": { text: "#!/bin/sh\n", mode: 0o755 },
  "src/naïve.txt": "kept\n",
  "src/Z.txt": "kept\n",
  "src/link": { link: "bin/run.sh" },
  "src/.gitignore": "*.log\n",
  "src/x.log": "gone\n",
  "data/one.txt": "1\n",
  "data/dos.txt": "2\r\n",
};
const SPECS: Record<string, { parameters: Record<string, unknown>; files?: Record<string, PlannedFile> }> = {
  "sources, copies and environment": {
    parameters: { sourceRoot: "src", sourceCopyMode: "all", copy: ["data"], env: { A: "ı $HOME" } },
    files: SOURCES,
  },
  "packages and an interpreter": {
    parameters: { packages: ["plain-one", "odd-names", "data-files"], pipIndex: index.url, entrypoint: ["python"] },
  },
  "requirements in files": {
    parameters: { requirements: "requirements.txt", pipIndex: index.url, sourceRoot: "src" },
    files: {
      ...SOURCES,
      "requirements.txt": "-r more.txt\n-c limits.txt\n",
      "more.txt": "plain-one\n",
      "limits.txt": "plain-two<2\n",
    },
  },
  "a base spec, and the first on top of it": {
    parameters: {
      baseImage: { ...shared, name: "hosts-base", packages: ["plain-two==1.0"], pipIndex: index.url },
      packages: ["shipped-bytecode"],
      pipIndex: index.url,
      copy: ["data"],
    },
    files: SOURCES,
  },
};

interface Result {
  host: string;
  tag: string;
  /** Of the daemonless builder's image. */
  digest: string;
}

async function built(host: Host, name: string, { parameters, files = {} }: (typeof SPECS)[string]): Promise<Result> {
  const spec = JSON.stringify({ ...shared, ...parameters });
  await using checkout = await Checkout.make(host, { ...files, "imagespec.json": spec });
  const env = { ...serviceEnvironment(services), ...withoutPythonDownloads() };
  const cache = join(scratch.path, `${name}-${host.isWarm ? hosts[0]?.name : host.name}`.replaceAll(/\W/g, "-"));
  await mkdir(cache, { recursive: true });
  const tag = await checkout.run(MAIN, ["tag", "PROJECT/imagespec.json"], env, cache);
  const layout = join(scratch.path, `${name}-${host.name}-image`.replaceAll(/\W/g, "-"));
  const how = ["--builder", "uv-micromamba", "--output", `oci:${layout}`, "--force", "--json"];
  const printed = await checkout.run(MAIN, ["build", "PROJECT/imagespec.json", ...how], env, cache);
  const outcome = JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "");
  expect(outcome).toMatchObject({ type: "outcome", status: "built", tag: tag.trim() });
  const { manifests } = JSON.parse(await readFile(join(layout, "index.json"), "utf8"));
  count.images++;
  return { host: host.name, tag: tag.trim(), digest: manifests.map((one: { digest: string }) => one.digest).join() };
}

describe("the same tag, and without a daemon the same digest, on hosts that have nothing else in common", () => {
  for (const [name, spec] of Object.entries(SPECS)) {
    test(name, async () => {
      const [plain, ...others] = hosts as [Host, ...Host[]];
      // The first fills the cache that another one has.
      const first = await built(plain, name, spec);
      const results = [first, ...(await Promise.all(others.map((host) => built(host, name, spec))))];
      count.specs++;
      expect(first.digest).toMatch(/^sha256:/);
      expect(results).toEqual(results.map(({ host }) => ({ ...first, host })));
    });
  }

  test("versions of Node are those that are supported, from the oldest to the newest", () => {
    expect(new Set(hosts.map(({ node }) => node)).size).toBe(3);
  });
});
