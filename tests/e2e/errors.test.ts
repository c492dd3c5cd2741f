import { createServer } from "node:net";
import { join } from "node:path";
import { ImageBuildEngine, ImageSpec } from "@imagespec/core";
import { describe, expect, test, vi } from "vitest";
import { dockerBuilds } from "../support/docker-builds.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { builds } = await dockerBuilds();

/** What went wrong, having checked that nothing was built: no builder said a word. */
async function refusal(spec: ImageSpec, engine = builds.engine(), options: { builder?: string } = {}) {
  const logged: string[] = [];
  const failure = await engine
    .build(spec, {
      ...options,
      builderOptions: { network: "host" },
      onEvent: (event) => {
        // A builder may say why it cannot begin; of steps it must say nothing.
        if (event.type === "log" && !/^ERROR: Cannot connect/.test(event.line)) logged.push(event.line);
      },
    })
    .then(
      (outcome) => {
        throw new Error(`built ${JSON.stringify(outcome)}`);
      },
      (error: Error & { code: string; hint: string; details: unknown; faults?: { path: unknown[] }[] }) => error,
    );
  expect(logged).toEqual([]);
  return failure;
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("errors that come before anything is built", () => {
  test("registry down", async () => {
    const registry = `localhost:${await closedPort()}`;
    const failure = await refusal(builds.spec("down", { registry, env: { A: "1" } }));
    expect(failure).toMatchObject({ code: "E_REGISTRY_UNREACHABLE", hint: expect.stringMatching(/\S/) });
    expect(failure.message).toContain(registry);
  });

  test("docker missing", async () => {
    await using empty = await temporaryFolder();
    const path = process.env.PATH;
    vi.stubEnv("PATH", empty.path);
    try {
      const named = await refusal(builds.spec("missing", { env: { A: "1" } }), builds.engine(), {
        builder: "docker-buildx",
      });
      expect(named).toMatchObject({ code: "E_TOOL_MISSING", hint: expect.stringMatching(/\S/) });
      expect(named.message).toContain("docker");
      const automatic = await refusal(builds.spec("missing", { env: { A: "1" } }));
      expect(automatic).toMatchObject({ code: "E_NO_BUILDER" });
      expect(automatic.message).toMatch(/docker-buildx[\s\S]*docker/);
    } finally {
      vi.stubEnv("PATH", path);
    }
  });

  test("daemon down", async () => {
    await using folder = await temporaryFolder();
    const host = `unix://${join(folder.path, "docker.sock")}`;
    const before = process.env.DOCKER_HOST;
    vi.stubEnv("DOCKER_HOST", host);
    try {
      const failure = await refusal(builds.spec("no-daemon", { env: { A: "1" } }), builds.engine(), {
        builder: "docker-buildx",
      });
      expect(failure).toMatchObject({ code: "E_DAEMON", hint: expect.stringMatching(/\S/) });
      expect(failure.message).toContain(host);
    } finally {
      vi.stubEnv("DOCKER_HOST", before);
    }
  });

  test("builder unknown", async () => {
    const failure = await refusal(builds.spec("unknown", { env: { A: "1" }, builder: "envd" }));
    expect(failure).toMatchObject({ code: "E_BUILDER_UNKNOWN", hint: expect.stringMatching(/install/i) });
    expect(failure.message).toMatch(/"envd".*docker-buildx/s);
  });

  test("bad spec: every fault at once, with its location and remedy", async () => {
    const parse = () =>
      ImageSpec.parse({
        name: "bad",
        registry: "https://localhost:5000",
        python_version: 3.1,
        packages: ["-e ."],
        copy: ["../outside"],
        env: { "A=B": "x" },
        entry_point: [],
      });
    expect(parse).toThrow(
      expect.objectContaining({
        code: "E_SPEC",
        faults: expect.arrayContaining(
          [["registry"], ["pythonVersion"], ["packages", 0], ["copy", 0]].map((path) =>
            expect.objectContaining({ path, message: expect.stringMatching(/\S/) }),
          ),
        ),
      }),
    );
  });

  test("a file the spec names is missing", async () => {
    await using folder = await temporaryFolder();
    const spec = builds.spec("no-file", { requirements: "requirements.txt", copy: ["data.bin"] }, folder.path);
    const failure = await refusal(spec);
    expect(failure.code).toMatch(/^E_(INPUT_FILE|SPEC)$/);
    expect(`${failure.message} ${JSON.stringify(failure.faults)}`).toContain("requirements.txt");
  });

  test("without any builder the error says what to install", async () => {
    const engine = new ImageBuildEngine({ builders: [], discover: false });
    const failure = await refusal(builds.spec("nobody", { env: { A: "1" } }), engine);
    expect(failure).toMatchObject({ code: "E_NO_BUILDER", hint: expect.stringContaining("@imagespec/builder-") });
  });
});
