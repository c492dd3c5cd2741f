import type { PlanSteps } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import type { BaseImage } from "../base/base-image.ts";
import type { BuiltLayer } from "../layer/layer-source.ts";
import { checkEnvironment, createdTime, imageConfig } from "./image-config.ts";

const SETTINGS = {
  builder: "uv-micromamba@1.0.0",
  created: "1980-01-01T00:00:00Z",
};
const BASE_CONFIG = {
  Env: ["PATH=/base/bin:/bin", "LANG=C.UTF-8", "_F_IMG_ID=parent"],
  Entrypoint: ["/base-entry"],
  Cmd: ["base-cmd"],
  User: "nobody",
  WorkingDir: "/srv",
  Labels: { maintainer: "base" },
  ExposedPorts: { "80/tcp": {} },
};

function config(steps: Partial<PlanSteps>, settings = SETTINGS, inner: object = BASE_CONFIG) {
  const base = {
    config: {
      os: "linux",
      architecture: "amd64",
      config: inner,
      rootfs: { type: "layers", diff_ids: ["sha256:b"] },
      history: [{ created_by: "base" }],
      container_config: { Cmd: ["secret build"] },
    },
  } as unknown as BaseImage;
  const layers = [{ diffId: "sha256:o", source: { title: "python packages: six 1.0" } }] as unknown as BuiltLayer[];
  return imageConfig(base, buildPlan({ steps }), layers, settings);
}
const env = (steps: Partial<PlanSteps>, settings?: typeof SETTINGS, inner?: object) =>
  config(steps, settings, inner).config?.Env;

describe("imageConfig", () => {
  it("lays user, working directory, labels and layers over the base's", () => {
    const made = config({});
    expect(made.config).toMatchObject({
      User: "flytekit",
      WorkingDir: "/root",
      ExposedPorts: { "80/tcp": {} },
      Entrypoint: ["/base-entry"],
      Cmd: ["base-cmd"],
    });
    expect(made.config?.Labels).toEqual({
      maintainer: "base",
      "dev.imagespec.id": "xyz",
      "org.opencontainers.image.title": "train",
      "dev.imagespec.builder": "uv-micromamba@1.0.0",
    });
    expect(made.rootfs.diff_ids).toEqual(["sha256:b", "sha256:o"]);
    expect(made.history).toEqual([
      { created_by: "base" },
      expect.objectContaining({ created_by: "imagespec: python packages: six 1.0" }),
    ]);
    expect(made).not.toHaveProperty("container_config");
  });

  it("drops CMD with an entrypoint, the empty one included", () => {
    for (const entrypoint of [["python", "-m", "x"], []]) {
      const inner = config({ entrypoint: { entrypoint } }).config;
      expect(inner?.Entrypoint).toEqual(entrypoint.length === 0 ? undefined : entrypoint);
      expect(inner).not.toHaveProperty("Cmd");
    }
  });

  it("leads PATH with the environment, then the spec's, else the base's, else docker's", () => {
    const lead = { PATH: "/opt/venv/bin", PYTHONPATH: "/root" };
    const variables = { PATH: "/spec", PYTHONPATH: "/lib", A: 'q"u$o\nx' };
    expect(env({ env: { variables, lead } })).toEqual([
      "PATH=/opt/venv/bin:/spec",
      "LANG=C.UTF-8",
      'A=q"u$o\nx',
      "PYTHONPATH=/root:/lib",
      "_F_IMG_ID=xyz",
    ]);
    const own = { variables: {}, lead };
    expect(env({ env: own })?.[0]).toBe("PATH=/opt/venv/bin:/base/bin:/bin");
    expect(env({ env: own }, SETTINGS, {})?.[0]).toBe(
      "PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    );
    expect(env({}, SETTINGS, { Env: ["PATH=/opt/venv/bin:/bin"] })?.[0]).toBe("PATH=/opt/venv/bin:/bin");
  });

  it("lets a variable name the base's value of itself, and keeps the base's PYTHONPATH", () => {
    const variables = { LD_LIBRARY_PATH: "/x:$LD_LIBRARY_PATH:$HOME", PATH: "/tool:$PATH", NONE: "a$NONE" };
    const lead = { PATH: "/opt/venv/bin", PYTHONPATH: "/root" };
    const inner = { Env: ["PATH=/base", "LD_LIBRARY_PATH=/l", "PYTHONPATH=/app"] };
    expect(env({ env: { variables, lead } }, SETTINGS, inner)).toEqual([
      "PATH=/opt/venv/bin:/tool:/base",
      "LD_LIBRARY_PATH=/x:/l:$HOME",
      "PYTHONPATH=/root:/app",
      "NONE=a",
      "_F_IMG_ID=xyz",
    ]);
  });

  it("keeps _F_IMG_ID last, and once", () =>
    expect(env({})?.filter((entry) => entry.startsWith("_F_IMG_ID"))).toEqual(["_F_IMG_ID=xyz"]));
});

describe("createdTime", () => {
  it("is SOURCE_DATE_EPOCH's, else fixed, and refused where it is not a time", () => {
    expect(createdTime({ SOURCE_DATE_EPOCH: "1700000000" })).toBe("2023-11-14T22:13:20Z");
    expect(createdTime({})).toBe("1980-01-01T00:00:00Z");
    for (const text of ["yesterday", "-1", "1.5", "99999999999999"]) {
      expect(() => createdTime({ SOURCE_DATE_EPOCH: text })).toThrow(expect.objectContaining({ code: "E_OPTIONS" }));
    }
  });
});

describe("checkEnvironment", () => {
  const check =
    (variables: string[], steps: Partial<PlanSteps> = {}) =>
    () => {
      const config = {
        os: "linux",
        architecture: "amd64",
        config: { Env: variables },
        rootfs: { type: "layers", diff_ids: [] },
      };
      checkEnvironment({ name: "r.example/base:1", config }, buildPlan({ steps }));
    };
  const large = "x".repeat(120_000);

  it("refuses a base with a variable, or with variables together, that Linux starts no program with", () => {
    expect(check([`LARGE=${large}`])).not.toThrow();
    expect(check([`LARGE=${large}${large}`])).toThrow(
      expect.objectContaining({ code: "E_BUILD", message: expect.stringMatching(/LARGE of r\.example\/base:1: /) }),
    );
    expect(check(Array.from({ length: 20 }, (_, nth) => `V${nth}=${large}`))).toThrow(
      expect.objectContaining({
        code: "E_BUILD",
        message: expect.stringMatching(/over r\.example\/base:1: .*together/),
      }),
    );
  });

  it("counts what the spec adds to the base's value", () => {
    const env = { variables: { LARGE: `$LARGE:${large}` }, lead: {} };
    expect(check([`LARGE=${large}`], { env })).toThrow(/LARGE of r\.example\/base:1/);
  });
});
