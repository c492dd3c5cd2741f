import { describe, expect, it } from "vitest";
import { identify } from "../identity/identify.ts";
import { ImageSpec, type ImageSpecParameters } from "../image-spec/image-spec.ts";
import { resolveSpec } from "../resolve/resolve-spec.ts";
import { parseBaseImage } from "../spec/base-image.ts";
import { planDocument } from "./plan-document.ts";
import { planImage } from "./plan-image.ts";

async function planOf(parameters: ImageSpecParameters) {
  const resolved = await resolveSpec(new ImageSpec(parameters), { env: {}, skipSecretFiles: true });
  return planImage(resolved, identify(resolved));
}

describe("planImage", () => {
  it("has its steps in the one order, as plain data", async () => {
    const plan = await planOf({
      name: "train",
      registry: "ghcr.io/x",
      baseImage: "debian:bookworm",
      pythonVersion: "3.11",
      packages: ["numpy"],
      pipIndex: "https://host/simple",
      pipExtraIndexUrl: ["https://host/more"],
      pipExtraArgs: "--no-deps",
      pipSecretMounts: [["a", "/root/.netrc"]],
      aptPackages: ["git"],
      env: { Z: "1", A: "2" },
      commands: ["date"],
      entrypoint: [],
      platform: "linux/arm64,linux/amd64",
      builderConfig: { uvImage: "uv:1" },
    });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    const document = planDocument(plan);
    expect(document).toMatchObject({
      apiVersion: 1,
      recipe: 1,
      base: "debian:bookworm",
      platforms: ["linux/amd64", "linux/arm64"],
    });
    const tag = plan.reference.replace("ghcr.io/x/train:", "");
    expect(document.steps).toEqual([
      { kind: "base", image: "debian:bookworm", given: true },
      { kind: "apt", packages: ["git"] },
      {
        kind: "environment",
        manager: "venv",
        prefix: "/opt/venv",
        python: { from: "version", version: "3.11" },
        uvImage: "uv:1",
        bytecode: true,
      },
      {
        kind: "packages",
        source: { from: "requirements", packages: ["numpy"] },
        index: "https://host/simple",
        extraIndexes: ["https://host/more"],
        torchBackend: undefined,
        extraArgs: ["--no-deps"],
        secrets: [{ id: "secret_0", target: "/root/.netrc" }],
      },
      { kind: "env", variables: { A: "2", Z: "1" }, lead: { PATH: "/opt/venv/bin", PYTHONPATH: "/root" } },
      { kind: "commands", commands: ["date"], uvImage: "uv:1" },
      { kind: "entrypoint", entrypoint: [] },
      { kind: "user", name: "flytekit", home: "/home/flytekit", workdir: "/root" },
      {
        kind: "labels",
        labels: {
          "dev.imagespec.id": expect.stringMatching(/^[a-z2-7]{26}$/),
          "dev.imagespec.recipe": "1",
          "dev.imagespec.tag": tag,
          "org.opencontainers.image.base.name": "debian:bookworm",
          "org.opencontainers.image.title": "train",
        },
      },
      { kind: "id", variable: "_F_IMG_ID", value: plan.steps.labels.labels["dev.imagespec.id"] },
    ]);
  });

  it("has only the steps that something asks for", async () => {
    expect(planDocument(await planOf({ baseImage: "debian" })).steps.map(({ kind }) => kind)).toEqual([
      "base",
      "env",
      "user",
      "labels",
      "id",
    ]);
  });

  it("leads PATH and PYTHONPATH once, also in children", async () => {
    const lead = async (parameters: ImageSpecParameters) => (await planOf(parameters)).steps.env?.lead;
    const parent = new ImageSpec({ packages: ["x"] });
    const both = { PATH: "/opt/venv/bin", PYTHONPATH: "/root" };
    expect(await lead({ packages: ["x"] })).toEqual(both);
    expect(await lead({ baseImage: parent, packages: ["y"] })).toBeUndefined();
    expect(await lead({ baseImage: parent, env: { PATH: "/x" } })).toEqual({ PATH: "/opt/venv/bin" });
    expect(await lead({ baseImage: parent, env: { PYTHONPATH: "/x" } })).toEqual({ PYTHONPATH: "/root" });
    expect(await lead({ baseImage: new ImageSpec({ aptPackages: ["git"] }), packages: ["y"] })).toEqual({
      PATH: "/opt/venv/bin",
    });
    expect(await lead({ baseImage: new ImageSpec({ baseImage: "x", builder: "noop" }), packages: ["y"] })).toEqual(
      both,
    );
    expect(await lead({ baseImage: new ImageSpec({ condaPackages: ["x"] }), packages: ["y"] })).toEqual({
      PATH: "/opt/venv/bin",
    });
  });

  it.each([
    ["numpy", "3.12"],
    ["python-dateutil", "3.12"],
    ["python=3.11", undefined],
    ["Python>=3.11,<3.13", undefined],
    ["https://conda.anaconda.org/conda-forge::python=3.11", undefined],
  ])("has the Python version for conda's solver only where no package is Python: %s", async (name, version) => {
    const { environment } = (await planOf({ condaPackages: [name] })).steps;
    expect(environment).toMatchObject({ pythonVersion: version });
  });

  it("puts conda packages and their channels into the environment", async () => {
    const plan = await planOf({ condaPackages: ["numpy"], condaChannels: ["nvidia"] });
    expect(plan.steps.environment).toEqual({
      manager: "conda",
      prefix: "/opt/micromamba/envs/runtime",
      pythonVersion: "3.12",
      packages: ["numpy"],
      channels: ["nvidia", "conda-forge"],
      uvImage: "ghcr.io/astral-sh/uv:0.13.9",
      micromambaImage: "mambaorg/micromamba:2.3.0",
      bytecode: true,
    });
  });

  it("builds on the name that a base spec would have, until what building it returned takes its place", async () => {
    const base = new ImageSpec({ name: "base", aptPackages: ["git"] });
    const named = await planOf({ baseImage: base, packages: ["x"] });
    expect(named.base).toEqual({ ...parseBaseImage(await base.imageName()), given: true });
    const plan = { ...named, base: { ...parseBaseImage("localhost:5000/base@sha256:1"), given: true } };
    expect(planDocument(plan).base).toBe("localhost:5000/base@sha256:1");
    expect(planDocument(plan).steps[0]).toEqual({ kind: "base", image: "localhost:5000/base@sha256:1", given: true });
    expect(plan.steps.labels.labels["org.opencontainers.image.base.name"]).toBe(await base.imageName());
  });
});
