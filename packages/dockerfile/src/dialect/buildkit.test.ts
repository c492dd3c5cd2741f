import type { BaseImage, EnvironmentStep, PackagesStep, PlanSteps } from "@imagespec/core/builder";
import { buildPlan } from "@imagespec/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAssignments, readDockerfile, readRun } from "../fixtures/read-dockerfile.ts";
import { buildArguments } from "../instruction/build-arguments.ts";
import { renderDockerfile } from "../render-dockerfile.ts";
import { inOneShell } from "../script/commands.ts";

const uvImage = "ghcr.io/astral-sh/uv:0.13.9";
const venv: EnvironmentStep = {
  manager: "venv",
  prefix: "/opt/venv",
  python: { from: "base" },
  uvImage,
  bytecode: true,
};
const environment = venv;
const lead = { PATH: "/opt/venv/bin", PYTHONPATH: "/root" };
type Steps = Partial<PlanSteps>;
const packages = (over: Partial<PackagesStep> = {}): PackagesStep => ({
  source: { from: "requirements", packages: ["numpy==2.1.0"] },
  index: undefined,
  extraIndexes: [],
  extraArgs: [],
  secrets: [],
  ...over,
});
const render = (steps: Steps, base: string | BaseImage = "python:3.11-slim", mirrors = {}) =>
  renderDockerfile(buildPlan({ steps, base }), {
    dialect: "buildkit",
    builder: "docker-buildx@1.0.0",
    files: [],
    mirrors,
  }).text;
const read = (steps: Steps) => readDockerfile(render(steps));
const env = (steps: Steps, variables = {}) =>
  Object.assign(
    {},
    ...read(steps)
      .filter(({ keyword }) => keyword === "ENV")
      .map(({ rest }) => readAssignments(rest, variables)),
  ) as Record<string, string>;
const lastRun = (steps: Steps) =>
  readRun(
    read(steps)
      .filter(({ keyword }) => keyword === "RUN")
      .at(-1)?.rest ?? "",
  );
/** Any text a spec may hold: no NUL, and Unicode. */
const anyText = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(..."\\\"'$ #<>`\t\n\r{}[]&;|=a".split("")), maxLength: 12 }),
    fc.constantFrom(
      "<<EOF",
      "$(id)",
      "# x",
      "end\\",
      "a\\\n b",
      `\${HOME}`,
      "[",
      '["x"]',
      "--mount=type=ssh",
      "\ufeff",
    ),
  )
  .filter((text) => !text.includes("\0"));

describe("renderBuildKit", () => {
  it("renders every kind of step, as it is", () => {
    const steps: Steps = {
      apt: { packages: ["git", "curl=7.*"] },
      environment,
      packages: packages({
        source: { from: "requirements", packages: ["numpy==2.1.0", "requests>=2"], requirements: "requirements/r.txt" },
        index: "https://pypi.example/simple",
        extraIndexes: ["https://extra.example/simple"],
        torchBackend: "cu126",
        extraArgs: ["--no-deps"],
        secrets: [{ id: "pip_0", target: "/root/.netrc" }],
      }),
      env: { variables: { A: 'say "hi" to $USER', PATH: "/spec/bin", PYTHONPATH: "/spec/lib" }, lead },
      files: {
        trees: [
          { from: "source", to: "/root" },
          { from: "copy", to: "/root" },
        ],
      },
      commands: { commands: ["date > /built", "echo done"], uvImage },
      entrypoint: { entrypoint: ["python", "-c", "print('<hi>')"] },
    };
    expect(render(steps)).toMatchSnapshot();
  });

  it("renders conda with tools from their images", () => {
    const conda: EnvironmentStep = {
      manager: "conda",
      prefix: "/opt/micromamba/envs/runtime",
      pythonVersion: "3.12",
      packages: ["gdal>=3", "conda-forge::proj"],
      channels: ["nvidia", "conda-forge"],
      uvImage,
      micromambaImage: "mambaorg/micromamba:2.3.0",
      bytecode: true,
    };
    expect(render({ environment: conda, packages: packages() })).toMatchSnapshot();
  });

  it("asks conda for the Python that the plan has, if it has one", () => {
    const step = (pythonVersion: string | undefined): EnvironmentStep => ({
      manager: "conda",
      prefix: "/opt/micromamba/envs/runtime",
      pythonVersion,
      packages: ["python-dateutil"],
      channels: ["conda-forge"],
      uvImage,
      micromambaImage: "m:1",
      bytecode: false,
    });
    expect(lastRun({ environment: step("3.12") }).script).toContain("python=3.12");
    expect(lastRun({ environment: step(undefined) }).script).not.toContain("python=");
  });

  it("holds no syntax line, no here-document and no line a scanner of 64 KiB cannot read", () => {
    const commands = [`cat <<EOF\n${"x".repeat(1000)}\nEOF`];
    const text = render({
      environment,
      packages: packages({ source: { from: "requirements", packages: Array(5000).fill("a-b-c==1.2.3") } }),
      commands: { commands, uvImage },
    });
    expect(text).not.toMatch(/^#\s*(syntax|escape|check)\s*=/m);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(65_000);
    expect(() => readDockerfile(text)).not.toThrow();
  });

  it("gives every environment value back byte for byte", () => {
    const name = fc
      .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 8 })
      .filter((text) => !/[=\s]/.test(text));
    fc.assert(
      fc.property(fc.dictionary(name, anyText, { noNullPrototype: true }), (variables) => {
        const steps: Steps = { env: { variables, lead } };
        const found = env(steps, buildArguments(buildPlan({ steps })));
        for (const [key, value] of Object.entries(variables)) {
          if (key === "PATH" || key === "PYTHONPATH" || value.includes(`$${key}`)) continue;
          expect(found[key]).toBe(value);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("gives commands to the shell as they were written", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 3 }), (commands) => {
        const { script } = lastRun({ environment, commands: { commands, uvImage } });
        for (const line of inOneShell(commands)) expect(script).toContain(line);
      }),
      { numRuns: 500 },
    );
  });

  it("gives ENTRYPOINT back word for word and drops CMD", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 4 }), (entrypoint) => {
        const instructions = read({ entrypoint: { entrypoint } });
        const found = instructions.find(({ keyword }) => keyword === "ENTRYPOINT")?.rest;
        expect(JSON.parse(found ?? "")).toEqual(entrypoint);
        expect(instructions.find(({ keyword }) => keyword === "CMD")?.rest).toBe("[]");
      }),
    );
  });

  it("mounts secrets at any path, for the one step that needs them", () => {
    const path = fc.string({ unit: fc.constantFrom(..."ab,\"' /.\\".split("")), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(path, (text) => {
        const target = `/${text}`;
        const { mounts } = lastRun({
          environment: { ...venv, bytecode: false },
          packages: packages({ secrets: [{ id: "s", target }] }),
        });
        expect(mounts).toContainEqual(["type=secret", "id=s", `target=${target}`, "required=true"]);
      }),
    );
    const text = render({
      environment,
      packages: packages({ secrets: [{ id: "s", target: "/t" }] }),
      commands: { commands: ["x"], uvImage },
    });
    expect(text.match(/id=s,/g)).toHaveLength(1);
  });

  it("puts PATH and PYTHONPATH together by the runtime contract", () => {
    const base = { PATH: "/base/bin" };
    expect(env({ env: { variables: {}, lead } }, base)).toMatchObject({
      PATH: "/opt/venv/bin:/base/bin",
      PYTHONPATH: "/root",
    });
    expect(env({ env: { variables: {}, lead } })).toMatchObject({
      PATH: "/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    });
    const own = { variables: { PATH: "/x:/y", PYTHONPATH: "/z" }, lead };
    expect(env({ env: own }, { ...base, PYTHONPATH: "/app" })).toMatchObject({
      PATH: "/opt/venv/bin:/x:/y",
      PYTHONPATH: "/root:/z:/app",
    });
    expect(env({ env: { ...own, lead: {} } }, base)).toMatchObject({ PATH: "/x:/y" });
    expect(env({}, base)).not.toHaveProperty("PATH");
  });

  it("lets a variable name the base's value of itself, and nothing else", () => {
    const variables = {
      LD_LIBRARY_PATH: "/x:$LD_LIBRARY_PATH:$HOME",
      MULTILINE: `a\n\${MULTILINE}\nb`,
      PATH: "/tool/bin:$PATH",
      PYTHONPATH: `/z:\${PYTHONPATH}`,
      X: "$X$XY",
    };
    const steps: Steps = { env: { variables, lead } };
    const base = { LD_LIBRARY_PATH: "/l", MULTILINE: "m", PATH: "/base/bin", PYTHONPATH: "/app", XY: "no" };
    expect(env(steps, { ...base, ...buildArguments(buildPlan({ steps })) })).toMatchObject({
      LD_LIBRARY_PATH: "/x:/l:$HOME",
      MULTILINE: "a\nm\nb",
      PATH: "/opt/venv/bin:/tool/bin:/base/bin",
      PYTHONPATH: "/root:/z:/app",
      X: "$XY",
    });
  });

  it("gives the largest values in pieces that argument lists can hold", () => {
    const variables = { BIG: "é".repeat(65_000), LINES: "😀\n".repeat(20_000) };
    const steps: Steps = { env: { variables, lead: {} } };
    const needed = buildArguments(buildPlan({ steps }));
    expect(Math.max(...Object.values(needed).map((text) => Buffer.byteLength(text)))).toBeLessThanOrEqual(60_000);
    expect(env(steps, needed)).toEqual(expect.objectContaining(variables));
  });

  it("leaves ENTRYPOINT and CMD to the base when the spec sets none, and ends with the id", () => {
    const instructions = read({ environment });
    expect(instructions.map(({ keyword }) => keyword)).not.toContain("CMD");
    expect(instructions.at(-1)).toEqual({ keyword: "ENV", rest: '_F_IMG_ID="xyz"' });
    expect(instructions.findLast(({ keyword }) => keyword === "USER")?.rest).toBe("flytekit");
  });

  it("fetches through mirrors, and names what it builds by its own name", () => {
    const text = render({ environment }, "python:3.11", {
      "docker.io": "localhost:5000",
      "ghcr.io": "mirror.example/gh",
    });
    expect(text).toContain("\nFROM localhost:5000/library/python:3.11\n");
    expect(text).toContain("\nFROM mirror.example/gh/astral-sh/uv:0.13.9 AS imagespec-uv\n");
    expect(text).toContain("# registry.example/train:abc");
    expect(render({}, { kind: "layout", path: "/layout" })).toContain("\nFROM imagespec-base\n");
  });

  it("declares uv's download addresses only where a Python may be downloaded", () => {
    const version: EnvironmentStep = { ...venv, python: { from: "version", version: "3.12" } };
    expect(render({ environment: version })).toContain("ARG IMAGESPEC_PYTHON_INSTALL_MIRROR");
    expect(render({ environment })).not.toContain("ARG");
  });
});

it("mounts everything below the folder that was asked for", () => {
  const plan = buildPlan({
    steps: { environment, packages: packages(), commands: { commands: ["x"], uvImage } } as Steps,
  });
  const options = { dialect: "buildkit", builder: "x@1", files: [] } as const;
  const usual = renderDockerfile(plan, options).text;
  const text = renderDockerfile(plan, { ...options, mountRoot: "/run/imagespec" }).text;
  // The tool is found whatever PATH the spec has.
  const removal = /^RUN PATH=\$PATH:\/\S+:\/bin; rm -rf .*\/run\/imagespec.*\n\n?/m;
  expect(text).toMatch(removal);
  expect(text.replace(removal, "")).toBe(usual.replaceAll("/dev/imagespec", "/run/imagespec"));
  expect(usual).toContain("/dev/imagespec/bin/uv");
});
