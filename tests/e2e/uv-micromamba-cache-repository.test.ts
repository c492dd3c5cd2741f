import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UvMicromambaBuilder } from "@imagespec/builder-uv-micromamba";
import { type BuildOptions, ImageBuildEngine, ImageSpec } from "@imagespec/core";
import { copyImage, OciLayout, parseReference, RegistryClient, readImage } from "@imagespec/registry";
import { startPackageIndex, startRegistry } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startPythonMirror } from "../../scripts/services/python-mirror.ts";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();
const python = await startPythonMirror();
const folder = await temporaryFolder({ "src/main.py": "print(1)\n" });
const registry = await startRegistry();
const noise = (bytes: number) => ({ "noise.bin": randomBytes(bytes) });
const index = await startPackageIndex({
  packages: [
    { name: "figures", version: "1.0", requires: ["letters>=1"], files: noise(1_000_000) },
    { name: "letters", version: "1.2", files: { "letters/noise.bin": randomBytes(100_000) } },
  ],
});
const cacheRepository = `${registry.host}/team/cache`;
const BASE = "library/debian";
const IMAGE = "team/app";
let baseBlobs: string[];
beforeAll(async () => {
  for (const [name, value] of Object.entries(serviceEnvironment(services))) vi.stubEnv(name, value);
  vi.stubEnv("UV_PYTHON_DOWNLOADS_JSON_URL", python.downloadsJsonUrl);
  const client = new RegistryClient();
  const source = client.repository(services.images.debian);
  await copyImage(
    source,
    parseReference(services.images.debian).tag ?? "",
    client.repository(`${registry.host}/${BASE}`),
    {
      tag: "base",
    },
  );
  await client.close();
  baseBlobs = [...(registry.repositories.get(BASE)?.blobs ?? [])];
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await registry.close();
  await index.close();
  await python.close();
  await folder[Symbol.asyncDispose]();
});

/** Where a machine has a Python that compiles. */
const compilers = (machine: string) => existsSync(join(folder.path, machine, "uv-micromamba", "python"));

/** A build on the machine that has this cache folder, and what it fetched. */
async function build(machine: string, options: BuildOptions = { builderOptions: { cacheRepository } }) {
  vi.stubEnv("IMAGESPEC_CACHE_DIR", join(folder.path, machine));
  const [wheels, answers] = [index.exchanges.length, registry.exchanges.length];
  const spec = new ImageSpec(
    {
      name: IMAGE,
      registry: registry.host,
      platform: services.platform,
      baseImage: `${registry.host}/${BASE}:base`,
      pythonVersion: python.version,
      packages: ["figures"],
      pipIndex: index.url,
      sourceRoot: "src",
    },
    { root: folder.path },
  );
  const warnings: string[] = [];
  const engine = new ImageBuildEngine({
    builders: [new UvMicromambaBuilder()],
    discover: false,
    attachIdentity: false,
  });
  const outcome = await engine.build(spec, {
    force: true,
    onEvent: (event) => event.type === "warning" && warnings.push(event.message),
    ...options,
  });
  if (outcome.status !== "built") throw new Error(`not built: ${JSON.stringify(outcome)}`);
  const read = index.exchanges.slice(wheels).filter(({ path }) => path.endsWith(".whl"));
  const blobs = registry.exchanges.slice(answers).filter(({ path }) => path.includes("/blobs/"));
  return {
    reference: outcome.reference,
    digest: outcome.digest,
    warnings,
    wheels: read.map(({ path }) => path.split("/").at(-1)),
    wheelBytes: read.reduce((sum, { bytesOut }) => sum + bytesOut, 0),
    /** Blobs that were downloaded, by digest, and how many were sent. */
    downloads: blobs.filter(({ method }) => method === "GET").map(({ path }) => path.slice(path.indexOf("sha256:"))),
    uploads: blobs.filter(({ method, status }) => method !== "GET" && method !== "HEAD" && status === 201).length,
  };
}
const change = (text: string) => writeFile(join(folder.path, "src/main.py"), text);

describe("cacheRepository", () => {
  it("lets a machine whose cache is empty build without a wheel, a Python, or a layer of the base", async () => {
    const first = await build("one");
    expect(first.wheelBytes).toBeGreaterThan(1_000_000);
    expect(first.downloads.some((digest) => baseBlobs.includes(digest))).toBe(true);
    await change("print(2)\n");
    const other = await build("two");
    expect(other).toMatchObject({ wheels: [], wheelBytes: 0 });
    expect([compilers("one"), compilers("two")]).toEqual([true, false]);
    // The base's config and what is shared; the layer of the sources, the image's config and what is shared now.
    expect(other.downloads).toHaveLength(2);
    expect(other.uploads).toBe(3);
    // The machine that has made everything itself, without the option.
    const warm = await build("one", {});
    expect(other).toMatchObject({ digest: warm.digest, reference: warm.reference, warnings: [] });
  });

  it("remakes what the registry has lost, and nothing else", async () => {
    const before = await build("one");
    const blobs = registry.repositories.get(IMAGE)?.blobs ?? new Set();
    const client = new RegistryClient();
    const wanted = { os: "linux", architecture: services.platform.split("/")[1] ?? "" };
    const repository = client.repository(`${registry.host}/${IMAGE}`);
    const { manifest, config } = await readImage(repository, before.digest ?? "", wanted);
    await client.close();
    const steps = (config.history ?? []).filter((step) => step.empty_layer !== true);
    const lost =
      manifest.layers[steps.findIndex((step) => String(step.created_by).includes("python packages: figures"))];
    expect(blobs.delete(lost?.digest ?? "")).toBe(true);
    const after = await build("four");
    expect(after.digest).toBe(before.digest);
    expect(after.wheels).toEqual(["figures-1.0-py3-none-any.whl"]);
    expect(after.uploads).toBe(1);
    expect(blobs.has(lost?.digest ?? "")).toBe(true);
  });

  it("fetches the layers that an output needs from the registry, checked by their digests", async () => {
    const pushed = await build("one");
    const layout = join(folder.path, "layout");
    const options = { builderOptions: { cacheRepository }, push: true, output: `oci:${layout}` };
    const written = await build("five", options);
    expect(written).toMatchObject({ digest: pushed.digest, wheels: [] });
    await readImage(new OciLayout(layout), pushed.digest ?? "", { os: "linux", architecture: "amd64" });
  });

  it("is refused where it is not a repository", async () => {
    const wrong = build("one", { builder: "uv-micromamba", builderOptions: { cacheRepository: "Team/Cache:tag" } });
    await expect(wrong).rejects.toMatchObject({
      code: "E_OPTIONS",
      message: expect.stringContaining("cacheRepository"),
    });
  });
});
