import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, vi } from "vitest";
import { dockerode } from "./dockerode.ts";
import { engineEndpoint } from "./find-endpoint.ts";

it("connects to the endpoint it is given, whatever DOCKER_HOST says", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dockerode-"));
  const server = createServer((request, response) => response.end(request.url === "/_ping" ? "OK" : "{}"));
  await new Promise<void>((done) => server.listen(join(folder, "docker.sock"), done));
  try {
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    const docker = await dockerode(await engineEndpoint({ DOCKER_HOST: `unix://${folder}/docker.sock` }));
    expect(String(await docker.ping())).toBe("OK");
  } finally {
    vi.unstubAllEnvs();
    await new Promise((done) => server.close(done));
    await rm(folder, { recursive: true });
  }
});

it.each([
  ["Node", ""],
  [
    "Yarn's loader",
    `
      import { registerHooks } from "node:module";
      const missing = () => Object.assign(new Error("not provided by its ancestors"), { code: "MODULE_NOT_FOUND" });
      const resolve = (name, context, next) => { if (name === "dockerode") throw missing(); return next(name, context); };
      registerHooks({ resolve });`,
  ],
])("names the command to type where %s finds no dockerode", async (_, loader) => {
  const folder = await mkdtemp(join(tmpdir(), "without-dockerode-"));
  try {
    const scope = join(folder, "node_modules/@imagespec");
    await mkdir(join(scope, "container-engine"), { recursive: true });
    await symlink(fileURLToPath(new URL("../../registry", import.meta.url)), join(scope, "registry"));
    for (const part of ["dist", "package.json"])
      await cp(fileURLToPath(new URL(`../${part}`, import.meta.url)), join(scope, "container-engine", part), {
        recursive: true,
      });
    const script = `${loader}
      import { engineEndpoint } from "@imagespec/container-engine";
      import { dockerode } from "@imagespec/container-engine/dockerode";
      const endpoint = await engineEndpoint({ DOCKER_HOST: "unix:///docker.sock" });
      await dockerode(endpoint).catch(({ code, message, hint }) => console.log(JSON.stringify({ code, message, hint })));`;
    const told = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder });
    expect(JSON.parse(String(told))).toEqual({
      code: "E_TOOL_MISSING",
      message: "The package dockerode is not installed",
      hint: expect.stringContaining("npm install dockerode"),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
