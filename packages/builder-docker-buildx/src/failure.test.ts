import { ImageSpecError } from "@imagespec/core/builder";
import { renderDockerfile } from "@imagespec/dockerfile";
import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { BuildLog } from "./build-log.ts";
import { buildFailure, outputFailure, pushFailure, scratchFailure } from "./failure.ts";

const uvImage = "ghcr.io/astral-sh/uv:1";
const plan = buildPlan({
  steps: {
    apt: { packages: ["git"] },
    environment: { manager: "venv", prefix: "/opt/venv", python: { from: "base" }, uvImage, bytecode: true },
    packages: {
      source: { from: "requirements", packages: ["x"] },
      index: undefined,
      extraIndexes: [],
      extraArgs: [],
      secrets: [],
    },
    commands: { commands: ["curl x"], uvImage },
  },
});
const { instructions } = renderDockerfile(plan, { dialect: "buildkit", builder: "docker-buildx@1", files: [] });
// FROM, WORKDIR, user, apt, environment, packages, bytecode, commands.
const APT = "[stage-1 4/8] RUN --mount=type=cache";
const PACKAGES = "[stage-1 6/8] RUN --mount=type=bind";
const COMMANDS = "[stage-1 8/8] RUN --mount=type=bind";

function failureOf(lines: string[], step?: string) {
  const log = new BuildLog(() => undefined, instructions);
  if (step !== undefined) {
    log.start("1", step);
    log.end("1", "failed");
  }
  for (const line of lines) log.line(line, "stderr");
  return buildFailure({ reference: "r/x:t", plan, command: "docker build -", exitCode: 1, log });
}

describe("buildFailure", () => {
  it.each([
    [["imagespec:E_NO_PYTHON: the base image has no python3 on its PATH"], COMMANDS, "E_NO_PYTHON"],
    [['runc run failed: exec: "/bin/sh": stat /bin/sh: no such file or directory'], APT, "E_BASE_NO_SHELL"],
    [["error: No solution found"], PACKAGES, "E_RESOLVE"],
    [["error: No solution found"], COMMANDS, "E_BUILD"],
    [["write /x: no space left on device"], PACKAGES, "E_BUILD"],
    [["ERROR: Multi-platform build is not supported for the docker driver."], undefined, "E_UNSUPPORTED"],
    [["ERROR: docker exporter does not currently support exporting manifest lists"], undefined, "E_UNSUPPORTED"],
    [["Multi-platform build is not supported"], COMMANDS, "E_BUILD"],
    [["curl: connection refused"], COMMANDS, "E_BUILD"],
    [["unauthorized"], COMMANDS, "E_BUILD"],
    [["write /x: no space left on device"], COMMANDS, "E_BUILD"],
    [["ERROR: localhost:5000/nope:1: not found"], "[internal] load metadata for localhost:5000/nope:1", "E_REGISTRY"],
    [["pull access denied, repository does not exist or may require authorization"], undefined, "E_REGISTRY"],
    [["failed to push x: unexpected status: 401 Unauthorized"], "exporting to image", "E_REGISTRY_AUTH"],
    [["dial tcp 127.0.0.1:1: connect: connection refused"], "exporting to image", "E_REGISTRY_UNREACHABLE"],
    [["failed to push x: unexpected status 500"], "exporting to image", "E_PUSH"],
    [["Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"], undefined, "E_DAEMON"],
    [
      ["ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF"],
      undefined,
      "E_DAEMON",
    ],
    [
      [
        "ERROR: failed to build: failed to receive status: rpc error: code = Unavailable desc = closing transport due to: connection error",
      ],
      APT,
      "E_DAEMON",
    ],
    [["failed to dial gRPC: context deadline exceeded"], undefined, "E_DAEMON"],
    [
      [
        "executor failed running [/bin/sh -c x]: failed to create endpoint a on network bridge: could not find bridge docker0",
      ],
      COMMANDS,
      "E_DAEMON",
    ],
    [["a test printed: failed to create endpoint a on network bridge"], COMMANDS, "E_BUILD"],
    [["executor failed running [/bin/sh -c x]: exit code: 1"], COMMANDS, "E_BUILD"],
    [["socket hang up"], undefined, "E_DAEMON"],
    [["write EPIPE"], undefined, "E_DAEMON"],
    [["connect ECONNREFUSED 127.0.0.1:2375"], undefined, "E_DAEMON"],
    [["connect ENOENT /var/run/docker.sock"], undefined, "E_DAEMON"],
    [["Error: connect ECONNREFUSED 127.0.0.1:8000"], COMMANDS, "E_BUILD"],
    [
      ["ERROR: failed to solve: failed to do request: Head x: dial tcp: i/o timeout: context deadline exceeded"],
      undefined,
      "E_REGISTRY_UNREACHABLE",
    ],
    [
      [
        "rpc error: code = Unavailable desc = broken pipe",
        'process "/bin/sh -c x" did not complete successfully: exit code: 1',
      ],
      COMMANDS,
      "E_BUILD",
    ],
    [["unable to apply caps: operation not permitted"], "[internal] booting buildkit", "E_DAEMON"],
    [["manifest for moby/buildkit:x not found: manifest unknown"], "[internal] booting buildkit", "E_DAEMON"],
    [["denied: unauthorized"], "[internal] booting buildkit", "E_DAEMON"],
    [["something else"], undefined, "E_BUILD"],
  ])("%j in step %s is %s", (lines, step, code) => {
    const error = failureOf(lines, step);
    expect(error).toMatchObject({ code, hint: expect.any(String), details: { tail: lines, exitCode: 1 } });
    expect(error.message).toContain("r/x:t");
    expect(error.message).toContain("docker build -");
  });

  it("names the step by what it does", () => {
    expect(failureOf(["x"], APT).message).toContain("install Debian packages");
  });
});

describe("outputFailure", () => {
  const failed = (line: string) => new ImageSpecError("E_BUILD", "x", { details: { tail: ["before", line] } });

  it.each([
    ["write /out/.x.tar.1.tmp: no space left on device", "E_OUTPUT"],
    ["ERROR: open /out/.docker_temp_5: permission denied", "E_OUTPUT"],
    // Of a step, or of the engine's own folders.
    ["write /var/lib/docker/x: no space left on device", "E_BUILD"],
    ["something else in /out", "E_BUILD"],
  ])("%s is %s", (line, code) => {
    const error = outputFailure(failed(line), "docker-archive:/out/x.tar", "/out");
    expect(error).toMatchObject({ code });
    if (code === "E_OUTPUT")
      expect(error).toMatchObject({ message: expect.stringContaining("docker-archive:/out/x.tar") });
  });

  it("is of the folder for temporary files where the image only passes through it", () => {
    for (const line of [
      "write /tmp/x/layout/blobs/a: no space left on device",
      "open /tmp/x/saved.tar: permission denied",
    ]) {
      const error = scratchFailure(failed(line), "/tmp/x");
      expect(error).toMatchObject({
        code: "E_CACHE",
        message: `The folder for temporary files /tmp/x cannot be written: ${line}`,
        hint: expect.stringContaining("TMPDIR"),
      });
    }
    expect(scratchFailure(failed("write /out/x: no space left on device"), "/tmp/x")).toMatchObject({
      code: "E_BUILD",
    });
  });

  it("reads a fault of the system by its code", () => {
    const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" });
    expect(outputFailure(full, "oci:/out", "/out")).toMatchObject({ code: "E_OUTPUT" });
  });
});

describe("pushFailure", () => {
  it.each([
    ["name unknown: The repository with name 'x' does not exist", /^Create the repository r\.io\/r\/x first/],
    ["tag invalid: The tag 't' cannot be overwritten because the tag is immutable.", /^Build again without force/],
    ["denied: it will exceed the configured upper limit of 10.0 GiB.", /^Free space/],
  ])("%s has a cure of its own", (line, hint) => {
    const error = pushFailure("r.io/r/x:t", ["9bf46d1b0387: Pushed", line]);
    expect(error).toMatchObject({ code: "E_PUSH", hint: expect.stringMatching(hint) });
  });

  it.each([
    ["denied: requested access to the resource is denied", "E_REGISTRY_AUTH"],
    ["dial tcp: lookup nowhere.example: no such host", "E_REGISTRY_UNREACHABLE"],
    ["5f401bf18a08: Layer already exists", "E_PUSH"],
    ["received unexpected HTTP status: 500 Internal Server Error", "E_PUSH"],
  ])("%s is %s", (line, code) => {
    expect(pushFailure("r/x:t", [line])).toMatchObject({ code, message: expect.stringContaining(line) });
  });
});
