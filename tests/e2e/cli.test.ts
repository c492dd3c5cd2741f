import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runContainer, startRegistry } from "@imagespec/testkit";
import { describe, expect, test } from "vitest";
import { dockerBuilds } from "../support/docker-builds.ts";
import { imagespec, SCRIPT } from "../support/imagespec-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { builds, services } = await dockerBuilds();
const { registry } = services;

const spec = (name: string, more = "") => `name: contract/${builds.run}/${name}
registry: ${registry}
base_image: ${services.images.python}
env: { GREETING: "it's $5" }
${more}`;

const BUILD = ["build", "--builder", "docker-buildx", "--builder-option", "network=host"];

describe("build", () => {
  test("prints the reference with its digest and nothing else; the second run reuses it, fast", async () => {
    await using folder = await temporaryFolder({ "imagespec.yaml": spec("cli") });
    const first = await imagespec(BUILD, { cwd: folder.path });
    expect(first, first.stderr).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(
      new RegExp(`^${registry}/contract/${builds.run}/cli:[a-z2-7]{26}@sha256:[0-9a-f]{64}\n$`),
    );
    expect(first.stderr).not.toBe("");
    const start = performance.now();
    const second = await imagespec(BUILD, { cwd: folder.path });
    expect(second).toMatchObject({ code: 0, stdout: first.stdout });
    expect(performance.now() - start).toBeLessThan(3_000);
    await builds.docker.pullImage(first.stdout.trim());
    const ran = await runContainer(builds.docker, first.stdout.trim(), {
      cmd: ["python3", "-c", "import os; print(os.environ['GREETING'])"],
    });
    expect(ran.stdout).toBe("it's $5\n");
  });

  test("--json: one event a line, the outcome last", async () => {
    await using folder = await temporaryFolder({ "imagespec.yaml": spec("json") });
    const { code, stdout } = await imagespec([...BUILD, "--json"], { cwd: folder.path });
    const events = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    expect(events.at(-1)).toMatchObject({
      type: "outcome",
      status: "built",
      builder: "docker-buildx",
      digest: expect.stringMatching(/^sha256:/),
      tag: expect.stringMatching(/^[a-z2-7]{26}$/),
    });
    const types = new Set(events.map(({ type }) => type));
    expect([...types].every((type) => ["step", "log", "progress", "warning", "outcome"].includes(String(type)))).toBe(
      true,
    );
    expect(types).toContain("step");
  });

  test("several targets: one line each, bases first", async () => {
    const images = `images:
  child: { name: contract/${builds.run}/child, registry: "${registry}", base_image: { image: parent }, env: { C: "1" } }
  parent: { name: contract/${builds.run}/parent, registry: "${registry}", base_image: "${services.images.python}" }
`;
    await using folder = await temporaryFolder({ "imagespec.yaml": images });
    const both = await imagespec(BUILD, { cwd: folder.path });
    expect(both, both.stderr).toMatchObject({ code: 0 });
    const lines = both.stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(lines.map(([name]) => name)).toEqual(["parent", "child"]);
    expect(lines[1]?.[1]).toMatch(/\/child:[a-z2-7]{26}@sha256:/);
    const one = await imagespec(["tag", "--target", "child"], { cwd: folder.path });
    expect(lines[1]?.[1]).toContain(`:${one.stdout.trim()}@`);
  });

  test("--output oci:DIR writes an image layout and pushes nothing", async () => {
    await using folder = await temporaryFolder({ "imagespec.yaml": spec("output") });
    const built = await imagespec([...BUILD, "--output", "oci:out"], { cwd: folder.path });
    expect(built, built.stderr).toMatchObject({ code: 0 });
    const index = JSON.parse(await readFile(join(folder.path, "out/index.json"), "utf8")) as { manifests: unknown[] };
    expect(index.manifests.length).toBeGreaterThan(0);
    expect(await readFile(join(folder.path, "out/oci-layout"), "utf8")).toContain("1.0.0");
    expect((await imagespec(["exists"], { cwd: folder.path })).stdout).toBe("absent\n");
  });

  test("a signal ends it within five seconds with 130, and the registry has no tag", async () => {
    await using folder = await temporaryFolder({
      "imagespec.yaml": spec("interrupted", 'commands: ["echo sleeping; sleep 60"]\n'),
    });
    const child = spawn(SCRIPT, [...BUILD, "--json"], { cwd: folder.path, stdio: ["ignore", "pipe", "inherit"] });
    await new Promise<void>((resolve) => {
      let seen = "";
      child.stdout.on("data", (chunk) => {
        seen += String(chunk);
        if (/"line":"sleeping"/.test(seen)) resolve();
      });
    });
    const start = performance.now();
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(130);
    expect(performance.now() - start).toBeLessThan(5_000);
    expect((await imagespec(["exists"], { cwd: folder.path })).stdout).toBe("absent\n");
  });
});

describe("what needs no builder", () => {
  test("exists: one word and an exit code for each answer; the cause of an unknown on standard error", async () => {
    await using closed = await startRegistry({ auth: { type: "basic", users: { a: "b" } } });
    await using folder = await temporaryFolder({ "imagespec.yaml": spec("exists", "commands: [date]\n") });
    expect(await imagespec(["exists"], { cwd: folder.path })).toMatchObject({ code: 3, stdout: "absent\n" });
    const said = async (...args: string[]) => JSON.parse((await imagespec(args, { cwd: folder.path })).stdout);
    const reference = expect.stringMatching(/exists:[a-z2-7]{26}$/);
    expect(await said("exists", "--json")).toEqual({ reference, status: "absent" });
    const hash = expect.stringMatching(/^[a-z2-7]{26}$/);
    expect(await said("tag", "--json")).toEqual({ reference, tag: hash, id: hash });
    await writeFile(join(folder.path, "imagespec.yaml"), `name: x\nregistry: ${closed.host}\n`);
    const cause = { code: "E_REGISTRY_AUTH", message: expect.stringContaining(closed.host), hint: expect.any(String) };
    expect(await said("exists", "--json")).toMatchObject({ status: "unknown", cause });
    const unknown = await imagespec(["exists"], { cwd: folder.path });
    expect(unknown).toMatchObject({ code: 4, stdout: "unknown\n", stderr: expect.stringContaining(closed.host) });
  });

  test("tag, plan, render and schema touch neither network nor engine", async () => {
    await using folder = await temporaryFolder({
      "imagespec.yaml": spec("offline", "packages: [numpy]\ncopy: [a.txt]\n"),
      "a.txt": "a",
    });
    const offline = { cwd: folder.path, env: { DOCKER_HOST: "unix:///nonexistent", PATH: `${process.env.PATH}` } };
    const tag = await imagespec(["tag"], offline);
    const plan = await imagespec(["plan"], offline);
    expect(JSON.parse(plan.stdout)).toMatchObject({
      apiVersion: 1,
      recipe: 1,
      reference: expect.stringContaining(`:${tag.stdout.trim()}`),
      base: services.images.python,
      steps: expect.arrayContaining([expect.objectContaining({ kind: "packages" })]),
    });
    const render = await imagespec(["render"], offline);
    expect(render.stdout).toMatch(/^FROM /m);
    expect((await imagespec(["render", "--files"], offline)).stdout).toContain("copy/a.txt");
    expect(JSON.parse((await imagespec(["schema"], offline)).stdout)).toHaveProperty("properties.packages");
  });

  test("builders and doctor list what is installed", async () => {
    await using folder = await temporaryFolder({ "imagespec.yaml": spec("listed") });
    const { stdout } = await imagespec(["builders"], { cwd: folder.path });
    const order = ["uv-micromamba", "docker-buildx", "kaniko", "noop"].map((type) => stdout.indexOf(type));
    expect(order.every((at) => at >= 0)).toBe(true);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    const doctor = await imagespec(["doctor"], { cwd: folder.path });
    expect(doctor.stdout).toMatch(/docker-buildx/);
  });
});

describe("bad usage ends with 2, one clear error and no stack trace", () => {
  const cases: [string, string[], string | undefined, RegExp][] = [
    ["an unknown command", ["bulid"], spec("x"), /bulid/],
    ["an unknown option", ["build", "--forse"], spec("x"), /forse/],
    ["a missing file", ["tag", "nowhere.yaml"], undefined, /nowhere\.yaml/],
    ["no spec file in the folder", ["tag"], undefined, /imagespec\.\{?ts|imagespec\.yaml/],
    ["YAML that cannot be read", ["tag"], "name: [", /imagespec\.yaml/],
    ["a spec with faults", ["tag"], "name: x\npackages: ['-e .']\nfoo: 1\n", /packages[\s\S]*foo|foo[\s\S]*packages/],
    ["a file the spec names is missing", ["tag"], "name: x\ncopy: [gone.txt]\n", /gone\.txt/],
    ["a target that is not there", ["tag", "--target", "gone"], "images: { a: { name: a } }\n", /gone/],
  ];
  test.each(cases)("%s", async (_what, args, file, message) => {
    await using folder = await temporaryFolder(file === undefined ? {} : { "imagespec.yaml": file });
    const result = await imagespec(args, { cwd: folder.path });
    expect(result, result.stderr).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(message) });
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  test("a build that fails ends with 1; with --json the last line is the error", async () => {
    await using folder = await temporaryFolder({ "imagespec.yaml": spec("fails", 'commands: ["exit 7"]\n') });
    const { code, stdout } = await imagespec([...BUILD, "--json"], { cwd: folder.path });
    expect(code).toBe(1);
    expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ type: "error", code: "E_BUILD" });
  });
});
