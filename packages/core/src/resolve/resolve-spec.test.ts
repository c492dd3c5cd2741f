import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";
import { SpecFolder } from "./fixtures/spec-folder.ts";

let folder: SpecFolder;
beforeEach(() => {
  folder = new SpecFolder();
});
afterEach(() => folder[Symbol.dispose]());

describe("base and platforms", () => {
  it.each<[ImageSpecParameters, string]>([
    [{}, "python:3.12-slim-bookworm"],
    [{ pythonVersion: "3.11.4" }, "python:3.11.4-slim-bookworm"],
    [{ condaPackages: ["numpy"] }, "debian:bookworm-slim"],
    [{ cuda: "12.4.1" }, "nvidia/cuda:12.4.1-runtime-ubuntu22.04"],
    [{ cuda: "12.4.1", cudnn: "9", condaPackages: ["x"] }, "nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04"],
    [{ cuda: "11.2.2" }, "nvidia/cuda:11.2.2-runtime-ubuntu20.04"],
    [{ cuda: "11.6.2", cudnn: "8" }, "nvidia/cuda:11.6.2-cudnn8-runtime-ubuntu20.04"],
    [{ cuda: "11.7.1", cudnn: "8" }, "nvidia/cuda:11.7.1-cudnn8-runtime-ubuntu22.04"],
    [{ cuda: "12.3.2", cudnn: "9" }, "nvidia/cuda:12.3.2-cudnn9-runtime-ubuntu22.04"],
    [{ cuda: "12.10.0", cudnn: "9" }, "nvidia/cuda:12.10.0-cudnn-runtime-ubuntu22.04"],
    [{ cuda: "13.0.0" }, "nvidia/cuda:13.0.0-runtime-ubuntu22.04"],
    [{ baseImage: "debian:bookworm" }, "debian:bookworm"],
    [{ baseImage: new ImageSpec({ builder: "noop", baseImage: "ghcr.io/x/y:1" }) }, "ghcr.io/x/y:1"],
  ])("of %j is %s", async (parameters, image) => {
    expect(await folder.resolve(parameters)).toMatchObject({
      base: { kind: "reference", reference: image },
      content: { base: { image } },
    });
  });

  it("names a base spec by what it would be called, for its child's platforms", async () => {
    const base = new ImageSpec({ name: "base", registry: "ghcr.io/x", aptPackages: ["git"] });
    const child = { baseImage: base, packages: ["numpy"] };
    const name = (image: string) => ({ kind: "reference", reference: image });
    expect((await folder.resolve(child)).base).toEqual(name(await base.imageName()));
    expect((await folder.resolve({ ...child, platform: "linux/arm64" })).base).toEqual(
      name(await new ImageSpec({ ...base, platform: "linux/arm64" }).imageName()),
    );
    const fixed = new ImageSpec({ ...base, platform: "linux/arm64" });
    await expect(folder.resolve({ baseImage: fixed })).rejects.toMatchObject({
      code: "E_SPEC",
      faults: [{ path: ["baseImage", "platform"] }],
    });
  });

  it("takes the manifest of an OCI layout, wherever it lies", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    folder.write({
      "layout/index.json": JSON.stringify({ manifests: [{ digest }] }),
      "other/index.json": JSON.stringify({ manifests: [{ digest }] }),
    });
    const resolved = await folder.resolve({ baseImage: "oci:layout" });
    expect(resolved).toMatchObject({
      base: { kind: "layout", path: folder.path("layout") },
      content: { base: { layout: digest } },
    });
    folder.write({
      "other/index.json": JSON.stringify({ manifests: [{ digest }, { digest: `sha256:${"b".repeat(64)}` }] }),
    });
    await expect(folder.resolve({ baseImage: "oci:other" })).rejects.toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringContaining("2 images"),
    });
    await expect(folder.resolve({ baseImage: "oci:none" })).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });

  it("normalises platforms, and takes the host's for a registry on it", async () => {
    const of = async (parameters: ImageSpecParameters, platforms?: string[]) =>
      (await folder.resolve(parameters, platforms ? { platforms } : {})).content.platforms;
    expect(await of({})).toEqual(["linux/amd64"]);
    expect(await of({ platform: "linux/aarch64, linux/X86_64,linux/arm64/v8" })).toEqual([
      "linux/amd64",
      "linux/arm64",
    ]);
    expect(await of({ platform: "linux/arm" })).toEqual(["linux/arm/v7"]);
    expect(await of({ platform: "linux/amd64/v1,linux/amd64" })).toEqual(["linux/amd64"]);
    expect(await of({ platform: "linux/i686,linux/386,linux/x86" })).toEqual(["linux/386"]);
    expect(await of({ platform: "linux/amd64" }, ["linux/arm64"])).toEqual(["linux/arm64"]);
    const host = process.arch === "x64" ? "linux/amd64" : "linux/arm64";
    expect(await of({ registry: "localhost:5000/x" })).toEqual([host]);
  });
});

describe("environments", () => {
  it.each<[ImageSpecParameters, unknown]>([
    [{}, undefined],
    [{ baseImage: "x", commands: ["date"] }, undefined],
    [{ pythonVersion: "3.11" }, undefined],
    [{ packages: ["x"] }, { manager: "venv", python: { from: "base" }, bytecode: true }],
    [
      { packages: ["x"], pythonVersion: "3.11" },
      { manager: "venv", python: { from: "base" }, bytecode: true },
    ],
    [
      { packages: ["x"], baseImage: "y" },
      { manager: "venv", python: { from: "base" }, bytecode: true },
    ],
    [
      { pythonVersion: "3.11", baseImage: "y" },
      { manager: "venv", python: { from: "version", version: "3.11" }, bytecode: true },
    ],
    [{ cuda: "12.4.1" }, { manager: "venv", python: { from: "version", version: "3.12" }, bytecode: true }],
    [
      { pythonExec: "/usr/bin/python3" },
      { manager: "venv", python: { from: "exec", path: "/usr/bin/python3" }, bytecode: true },
    ],
    [
      { condaPackages: ["x"] },
      { manager: "conda", pythonVersion: "3.12", packages: ["x"], channels: ["conda-forge"], bytecode: true },
    ],
    [
      { condaPackages: ["x"], condaChannels: ["conda-forge", "nvidia"], pythonVersion: "3.11" },
      { manager: "conda", pythonVersion: "3.11", packages: ["x"], channels: ["conda-forge", "nvidia"], bytecode: true },
    ],
    [
      { condaPackages: ["x"], condaChannels: ["nvidia"] },
      { manager: "conda", pythonVersion: "3.12", packages: ["x"], channels: ["nvidia", "conda-forge"], bytecode: true },
    ],
  ])("of %j", async (parameters, environment) => {
    expect((await folder.resolve(parameters)).content.environment).toEqual(environment);
  });
});

it("looks at secret files and registryConfig before any work, without quoting them", async () => {
  folder.write({ "folder/x": "", "config.json": "hunter2", "list.json": "[]", "none.json": "null", empty: "" });
  const faults = await folder.faults({ pipSecretMounts: [["folder", "/s"]], registryConfig: "config.json" });
  expect(faults).toEqual([
    ["pipSecretMounts.0", "not_a_file", "'folder' is a folder"],
    ["registryConfig", "not_json", "'config.json' is not a docker config: it holds no JSON object"],
  ]);
  expect(await folder.faults({ registryConfig: "list.json" })).toEqual([
    ["registryConfig", "not_json", expect.any(String)],
  ]);
  for (const registryConfig of ["none.json", "empty"]) await folder.resolve({ registryConfig });
});
