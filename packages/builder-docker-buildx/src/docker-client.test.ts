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

const VERSION = `--version) echo "Docker version 28.2.2";;`;

/** The client found where `docker` is a shell's `case` of these arms. */
async function clientOfDocker(arms: string, env: Record<string, string> = {}, builder?: string) {
  const program = join(folder, "docker");
  await writeFile(program, `#!/bin/sh\ncase "$*" in ${arms} esac\n`);
  await chmod(program, 0o755);
  const none = { DOCKER_HOST: "", DOCKER_CONTEXT: "", BUILDX_BUILDER: "", BUILDX_CONFIG: "" };
  return findDockerClient({ env: { ...none, ...env, PATH: `${folder}:${process.env.PATH}` } }, builder);
}

/** The client found where `docker buildx inspect` prints this. */
function clientOf(inspected: string, builder?: string, env?: Record<string, string>) {
  const version = `"buildx version") echo "github.com/docker/buildx v0.24.0";;`;
  return clientOfDocker(`${VERSION} ${version} *) cat <<'END'\n${inspected}\nEND\n;;`, env, builder);
}

/** The client found where docker, or its plug-in alone, ends with this. */
function clientThatSays(said: string, env: Record<string, string>, who: "docker" | "buildx" = "docker") {
  const fails = `*) echo '${said}' >&2; exit 1;;`;
  return clientOfDocker(who === "docker" ? fails : `${VERSION} ${fails}`, env);
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

const node = (name: string, status: string, platforms?: string) =>
  `Name: ${name}\nEndpoint: tcp://${name}:1\nStatus: ${status}\n${platforms ? `Platforms: ${platforms}\n` : ""}`;
const nodes = (...all: string[]) => `Name: a\nDriver: remote\n\nNodes:\n${all.join("\n")}`;

it.each([
  ["the second", nodes(node("one", "running", "linux/amd64"), node("two", "inactive")), "two"],
  ["the first", nodes(node("one", "inactive"), node("two", "running", "linux/amd64")), "one"],
  [
    "all, each for a platform",
    nodes(node("one", "inactive", "linux/amd64*"), node("two", "inactive", "arm64*")),
    "one",
  ],
])("names the node that a build would wait for in vain: %s", async (_, inspected, down) => {
  await expect(clientOf(inspected)).rejects.toMatchObject({
    code: "E_DAEMON",
    message: `The builder of docker buildx at tcp://${down}:1 cannot be used: it does not answer`,
  });
});

it("takes a builder whose node for another platform is down", async () => {
  const inspected = nodes(node("one", "inactive", "linux/arm64*"), node("two", "running", "linux/amd64*"));
  expect(await clientOf(inspected)).toMatchObject({ kind: "buildx", driver: "remote" });
});

it("tells what is wrong with a builder as a whole", async () => {
  const inspected = "Name: a\nDriver: docker-container\nError: no such context";
  await expect(clientOf(inspected)).rejects.toMatchObject({
    code: "E_DAEMON",
    message: expect.stringMatching(/no such context$/),
  });
});

it("tells a builder that does not exist from one that is down", async () => {
  await expect(clientOf('ERROR: no builder "x" found', "x")).rejects.toMatchObject({ code: "E_OPTIONS" });
});

it.each(["docker", "buildx"] as const)("names the variables behind an address that %s cannot use", async (who) => {
  const cases: [said: string, env: Record<string, string>, from: string, hint: string][] = [
    [
      'unable to resolve docker endpoint: context "nope": not found',
      { DOCKER_CONTEXT: "nope" },
      "DOCKER_CONTEXT=nope",
      "Choose one of `docker context ls` in DOCKER_CONTEXT, or unset it.",
    ],
    [
      "unable to resolve docker endpoint: open /x/ca.pem: no such file or directory",
      { DOCKER_TLS_VERIFY: "1" },
      "DOCKER_TLS_VERIFY=1",
      "Correct or unset DOCKER_TLS_VERIFY.",
    ],
    [
      "unable to resolve docker endpoint: open /x/ca.pem: no such file or directory",
      { DOCKER_HOST: "tcp://h", DOCKER_TLS: "1", DOCKER_CERT_PATH: "/x" },
      "DOCKER_HOST=tcp://h, DOCKER_TLS=1, DOCKER_CERT_PATH=/x",
      "Correct or unset DOCKER_HOST, DOCKER_TLS, and DOCKER_CERT_PATH.",
    ],
    // Docker reads no context where DOCKER_HOST is set.
    [
      "ssh host connection is not valid: plain-text password is not supported",
      { DOCKER_HOST: "ssh://u:CANARY@h", DOCKER_CONTEXT: "other" },
      "DOCKER_HOST=ssh://***@h",
      "Correct or unset DOCKER_HOST.",
    ],
  ];
  for (const [said, env, from, hint] of cases) {
    await expect(clientThatSays(said, env, who)).rejects.toMatchObject({
      code: "E_DAEMON",
      message: `docker cannot be used (${from}): ${said}`,
      hint,
    });
  }
});

it("builds by the engine's API where the plug-in is missing or broken", async () => {
  for (const said of ["docker: unknown command: docker buildx", "docker: exec format error"]) {
    expect(await clientThatSays(said, {}, "buildx")).toMatchObject({ kind: "api" });
  }
});

it.each([
  [{ BUILDX_CONFIG: "/x/file" }, "/x/file"],
  [{ DOCKER_CONFIG: "/x/file" }, "/x/file/buildx"],
  [{ DOCKER_CONFIG: "", HOME: "/x/file" }, "/x/file/.docker/buildx"],
])("names the folder of buildx that cannot be used, by %j", async (env, own) => {
  for (const builder of [undefined, "b"]) {
    const said = `ERROR: stat ${own}/instances: not a directory`;
    await expect(clientOf(said, builder, env)).rejects.toMatchObject({
      code: "E_OPTIONS",
      message: `docker buildx cannot use its folder ${own}: ${said}`,
      hint: expect.stringContaining("BUILDX_CONFIG"),
    });
  }
});

it("refuses a policy of BuildKit's that puts other sources in place of those of the tag", async () => {
  const inspected = "Name: default\nDriver: docker\n";
  const policy = (file: string) => clientOf(inspected, undefined, { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: file });
  await expect(policy("/x/policy.json")).rejects.toMatchObject({
    code: "E_OPTIONS",
    message: expect.stringContaining("EXPERIMENTAL_BUILDKIT_SOURCE_POLICY is set"),
  });
  expect(await policy("")).toMatchObject({ kind: "buildx" });
});
