import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dockerConfigEnvironment } from "./docker-config.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-config-"));
  await mkdir(join(folder, "own/cli-plugins"), { recursive: true });
  await mkdir(join(folder, "scratch"));
});
afterEach(() => rm(folder, { recursive: true }));
const make = (file: string) =>
  dockerConfigEnvironment(join(folder, file), join(folder, "scratch"), { DOCKER_CONFIG: join(folder, "own") });

describe("dockerConfigEnvironment", () => {
  it("has the credentials of the spec's file, and context, plug-ins and builders of the user's", async () => {
    const own = { auths: { "own.example": { auth: "b3du" } }, currentContext: "far", credsStore: "own" };
    await writeFile(join(folder, "own/config.json"), JSON.stringify(own));
    await writeFile(join(folder, "own/cli-plugins/docker-x"), "");
    const auths = { "r.example": { auth: "dTpw" } };
    await writeFile(join(folder, "given.json"), JSON.stringify({ auths, currentContext: "elsewhere" }));
    const env = await make("given.json");
    expect(env.BUILDX_CONFIG).toBe(join(folder, "own/buildx"));
    const made = env.DOCKER_CONFIG ?? "";
    expect(JSON.parse(await readFile(join(made, "config.json"), "utf8"))).toEqual({ auths, currentContext: "far" });
    expect(await readdir(join(made, "cli-plugins"))).toEqual(["docker-x"]);
    expect((await stat(made)).mode & 0o777).toBe(0o700);
    expect((await stat(join(made, "config.json"))).mode & 0o777).toBe(0o600);
  });

  it("finds plug-ins of a folder that DOCKER_CONFIG names relatively", async () => {
    await writeFile(join(folder, "own/cli-plugins/docker-x"), "");
    await writeFile(join(folder, "given.json"), "{}");
    const DOCKER_CONFIG = relative(process.cwd(), join(folder, "own"));
    const env = await dockerConfigEnvironment(join(folder, "given.json"), join(folder, "scratch"), { DOCKER_CONFIG });
    expect(await readdir(join(env.DOCKER_CONFIG ?? "", "cli-plugins"))).toEqual(["docker-x"]);
    expect(env.BUILDX_CONFIG).toBe(join(folder, "own/buildx"));
  });

  it.each(["", " \n", "null", '{"auths":null}'])(
    "takes %j for a config that says nothing, as docker does",
    async (text) => {
      await writeFile(join(folder, "empty.json"), text);
      const made = (await make("empty.json")).DOCKER_CONFIG ?? "";
      expect(JSON.parse(await readFile(join(made, "config.json"), "utf8"))).toEqual(
        text.startsWith("{") ? { auths: null } : {},
      );
    },
  );

  it("names a file that is not a config, without its content", async () => {
    await writeFile(join(folder, "bad.json"), "hunter2");
    const error = await make("bad.json").catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ code: "E_INPUT_FILE", message: expect.stringContaining("bad.json") });
    expect((error as Error).message).not.toContain("hunter2");
    await expect(make("missing.json")).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });
});
