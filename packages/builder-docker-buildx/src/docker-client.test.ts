import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findDockerClient } from "./docker-client.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "docker-client-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** The client found where `docker buildx inspect` prints this. */
async function clientOf(inspected: string, builder?: string) {
  const program = join(folder, "docker");
  const answers = `--version) echo "Docker version 28.2.2";; "buildx version") echo "github.com/docker/buildx v0.24.0";;`;
  await writeFile(program, `#!/bin/sh\ncase "$*" in ${answers} *) cat <<'END'\n${inspected}\nEND\nesac\n`);
  await chmod(program, 0o755);
  return findDockerClient({ env: { PATH: `${folder}:${process.env.PATH}`, BUILDX_BUILDER: "" } }, builder);
}

it.each([undefined, "default"])(
  "takes the builder of an engine that is down for the engine's own, named %s",
  async (name) => {
    const down =
      "Name:          default\nDriver:        \nLast Activity: 2026-11-27 10:31:22 +0000 UTC\nError:         Cannot connect";
    expect(await clientOf(down, name)).toMatchObject({ kind: "buildx", driver: "docker" });
  },
);

it("names the address of a builder of its own that is down", async () => {
  const inspected = "Name: a\nDriver: remote\n\nNodes:\nName: a0\nEndpoint: tcp://127.0.0.1:1\nStatus: inactive";
  await expect(clientOf(inspected)).rejects.toMatchObject({
    code: "E_DAEMON",
    message: "The builder of docker buildx at tcp://127.0.0.1:1 cannot be used: it does not answer",
  });
});

it("tells a builder that does not exist from one that is down", async () => {
  await expect(clientOf('ERROR: no builder "x" found', "x")).rejects.toMatchObject({ code: "E_OPTIONS" });
});
