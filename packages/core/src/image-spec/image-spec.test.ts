import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ImageSpec, isImageSpec } from "./image-spec.ts";

afterEach(() => {
  delete process.env._F_IMG_ID;
});

describe("ImageSpec", () => {
  it("has its parameters as properties and prints as them", () => {
    const spec = new ImageSpec(
      { name: "Train", registry: "GHCR.io/Org", packages: ["numpy"], env: { A: "b" } },
      { root: "/tmp" },
    );
    expect(spec).toMatchObject({
      name: "train",
      registry: "ghcr.io/org",
      packages: ["numpy"],
      env: { A: "b" },
      root: "/tmp",
      isForced: false,
    });
    expect(JSON.parse(JSON.stringify(spec))).toEqual({
      name: "train",
      registry: "ghcr.io/org",
      packages: ["numpy"],
      env: { A: "b" },
    });
    expect(new ImageSpec().name).toBe("flytekit");
    expect(isImageSpec(spec)).toBe(true);
    expect(isImageSpec({ ...spec })).toBe(false);
  });

  it("cannot be changed, nor through what it was made of", () => {
    const packages = ["numpy"];
    const options = { a: { b: [1] } };
    const spec = new ImageSpec({ packages, builderOptions: options });
    const { id } = spec;
    packages.push("pandas");
    options.a.b.push(2);
    expect(spec.packages).toEqual(["numpy"]);
    expect(spec.id).toBe(id);
    expect(() => (spec.packages as string[]).push("x")).toThrow(TypeError);
    expect(() => ((spec as { name: string }).name = "x")).toThrow(TypeError);
    expect(() => (spec.builderOptions as typeof options).a.b.push(3)).toThrow(TypeError);
  });

  it("makes new specs, whose force and root survive", () => {
    const first = new ImageSpec({ packages: ["a"], builderOptions: { x: 1, y: 1 } }, { root: "/tmp" });
    const second = first
      .forcePush()
      .withPackages("b")
      .withPackages(["c", "d"])
      .withAptPackages(["git"])
      .withAptPackages("curl")
      .withCommands("date")
      .withCommands(["true"])
      .withCopy("data")
      .withRuntimePackages("ipdb")
      .withBuilderOptions({ y: 2, z: 3 });
    expect(second).toMatchObject({
      packages: ["a", "b", "c", "d"],
      aptPackages: ["git", "curl"],
      commands: ["date", "true"],
      copy: ["data"],
      runtimePackages: ["ipdb"],
      builderOptions: { x: 1, y: 2, z: 3 },
      isForced: true,
      root: "/tmp",
    });
    expect(first.isForced).toBe(false);
    expect(first.packages).toEqual(["a"]);
    expect(new ImageSpec({ ...second }).isForced).toBe(false);
  });

  it("reads the seed's names and nested bases", () => {
    const spec = ImageSpec.parse({
      base_image: { apt_packages: ["git"], builder_config: { uv_image: "uv:1" } },
      pip_extra_index_url: ["https://host/simple"],
      pip_secret_mounts: [[".netrc", "/root/.netrc"]],
      source_root: ".",
    });
    expect(spec).toMatchObject({
      pipExtraIndexUrl: ["https://host/simple"],
      pipSecretMounts: [[".netrc", "/root/.netrc"]],
      sourceRoot: ".",
    });
    expect(spec.baseImage).toBeInstanceOf(ImageSpec);
    expect(spec.baseImage).toMatchObject({ aptPackages: ["git"], builderConfig: { uvImage: "uv:1" } });
    expect(ImageSpec.parse(spec)).toBe(spec);
    expect(() => new ImageSpec({ source_root: "." } as never)).toThrow(/'source_root' is not a parameter/);
  });

  it.each([3, "ab", ["a"], () => {}])("reports %s, which is no builder options", (options) => {
    expect(() => new ImageSpec({ builder: "kaniko" }).withBuilderOptions(options as never)).toThrow(
      expect.objectContaining({ code: "E_SPEC", faults: [expect.objectContaining({ path: ["builderOptions"] })] }),
    );
  });

  it("knows the container it runs in", () => {
    const spec = new ImageSpec({ packages: ["numpy"] });
    expect(spec.isContainer()).toBe(true);
    process.env._F_IMG_ID = spec.id;
    expect(spec.isContainer()).toBe(true);
    process.env._F_IMG_ID = spec.withPackages("x").id;
    expect(spec.isContainer()).toBe(false);
  });
});

describe("ImageSpec.fromEnv", () => {
  const python = (script: string) => execFileSync("python3", ["-c", script], { encoding: "utf8" }).trim();

  it("takes version and pins from the Python on PATH", async () => {
    const spec = await ImageSpec.fromEnv(
      { pinnedPackages: ["pip"], packages: ["numpy"], name: "train" },
      { root: "/tmp" },
    );
    expect(spec.pythonVersion).toBe(python("import sys; print('%d.%d' % sys.version_info[:2])"));
    expect(spec.packages).toEqual([
      "numpy",
      `pip==${python("import importlib.metadata as m; print(m.version('pip'))")}`,
    ]);
    expect(spec).toMatchObject({ name: "train", root: "/tmp" });
  });

  it("asks a Python that prints as it starts, in a folder with modules of the same names", async () => {
    const folder = await mkdtemp(join(tmpdir(), "from-env-"));
    const wrapper = join(folder, "python");
    await writeFile(join(folder, "json.py"), "raise SystemExit(3)\n");
    await writeFile(wrapper, `#!/bin/sh\ncd '${folder}'\nprintf hello\nexec python3 "$@"\n`, { mode: 0o755 });
    try {
      const { packages } = await ImageSpec.fromEnv({ python: wrapper, pinnedPackages: ["pip"] });
      expect(packages).toEqual([expect.stringMatching(/^pip==\d/)]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("says what is wrong", async () => {
    await expect(ImageSpec.fromEnv({ pythonVersion: "3.12" })).rejects.toMatchObject({
      code: "E_SPEC",
      faults: [{ path: ["pythonVersion"] }],
    });
    await expect(ImageSpec.fromEnv({ pinnedPackages: ["pip", "no-such-package-1"] })).rejects.toMatchObject({
      code: "E_SPEC",
      faults: [{ path: ["pinnedPackages", 1], code: "not_installed" }],
    });
    await expect(ImageSpec.fromEnv({ python: "/no/such/python" })).rejects.toMatchObject({ code: "E_TOOL_MISSING" });
  });
});

describe("what fromEnv cannot read", () => {
  it.each([
    [{ pinnedPackages: [""] }, ["pinnedPackages", 0]],
    [{ pinnedPackages: ["pip", "pip==1"] }, ["pinnedPackages", 1]],
    [{ pinnedPackages: [1] }, ["pinnedPackages", 0]],
    [{ pinnedPackages: "pip" }, ["pinnedPackages"]],
    [{ pinnedPackages: {} }, ["pinnedPackages"]],
    [{ python: "" }, ["python"]],
    [{ python: 3 }, ["python"]],
    [{ packages: "numpy" }, ["packages"]],
  ])("%j is a fault of its parameter", async (parameters, path) => {
    await expect(ImageSpec.fromEnv(parameters as object)).rejects.toMatchObject({ code: "E_SPEC", faults: [{ path }] });
  });

  it("takes null for unset", async () => {
    const parameters = { pythonVersion: null, pinnedPackages: null, python: null };
    expect((await ImageSpec.fromEnv(parameters as object)).pythonVersion).toMatch(/^3\.\d+$/);
  });
});

describe("an id that is given", () => {
  const parameters = { name: "app", platform: "linux/amd64", baseImage: "base:1" };

  it("takes the place of the computed one, in the tag too", async () => {
    const own = new ImageSpec(parameters, { id: "own_ID-1=" });
    expect([own.id, JSON.parse(JSON.stringify(own))]).toEqual(["own_ID-1=", parameters]);
    expect(await own.tag()).not.toBe(await new ImageSpec(parameters).tag());
    expect(await ImageSpec.parse(new ImageSpec(parameters), { id: "own_ID-1=" }).tag()).toBe(await own.tag());
    process.env._F_IMG_ID = "own_ID-1=";
    expect([own.isContainer(), new ImageSpec(parameters).isContainer()]).toEqual([true, false]);
  });

  it("stands for these parameters alone: not for specs made from them, nor for their base", () => {
    const own = new ImageSpec({ ...parameters, baseImage: parameters }, { id: "x" });
    expect(own.withPackages("six").id).toBe(
      new ImageSpec({ ...parameters, baseImage: parameters, packages: ["six"] }).id,
    );
    expect((own.baseImage as ImageSpec).id).toBe(new ImageSpec(parameters).id);
    expect(own.forcePush()).toMatchObject({ id: "x", isForced: true });
    expect(ImageSpec.parse(own.forcePush(), { id: "y" })).toMatchObject({ id: "y", isForced: true });
  });

  it.each(["", "a b", "a\nb", "x".repeat(129), "$(id)"])("is refused when it is %j", (id) => {
    expect(() => new ImageSpec(parameters, { id })).toThrow(expect.objectContaining({ code: "E_OPTIONS" }));
  });
});
