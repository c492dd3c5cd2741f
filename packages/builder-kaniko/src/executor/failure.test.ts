import type { Instruction } from "@imagespec/dockerfile";
import { buildRequest } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { executorFailure, noImage } from "./failure.ts";

const exit = {
  subject: "container of x",
  plan: buildRequest().plan,
  platform: "linux/amd64",
  exitCode: 1,
  outOfMemory: false,
  instruction: undefined,
  tail: [] as string[],
};

const { plan: conda } = buildRequest({
  plan: {
    steps: {
      environment: {
        manager: "conda",
        prefix: "/opt/micromamba/envs/runtime",
        pythonVersion: "3.12",
        packages: [],
        channels: [],
        uvImage: "uv",
        micromambaImage: "micromamba",
        bytecode: true,
      },
    },
  },
});

describe("executorFailure", () => {
  it.each([
    [{ outOfMemory: true, exitCode: 137 }, "E_BUILD", /memory/],
    [{ exitCode: 137 }, "E_BUILD", /killed/],
    [{ tail: ["write /x: no space left on device"] }, "E_BUILD", /disk/],
    [{ tail: ["error building image: fork/exec /bin/sh: no such file or directory"] }, "E_BASE_NO_SHELL", /\/bin\/sh/],
    [{ tail: ["group ids for user: open: open /etc/group: no such file or directory"] }, "E_BASE_NO_SHELL", /bare/],
    [
      {
        tail: [
          "error building image: error building stage: failed to get filesystem from image: mkdir /tmp: file exists",
        ],
      },
      "E_UNSUPPORTED",
      /cannot unpack/,
    ],
    [{ tail: ["GET http://r/v2/: UNAUTHORIZED: authentication required"] }, "E_REGISTRY_AUTH", /refused/],
    [{ tail: ["MANIFEST_UNKNOWN: manifest unknown; unknown tag=x"] }, "E_REGISTRY", /did not find/],
    [
      {
        tail: [
          "Failed to retrieve image x:1 from remapped registry m:5000: GET http://m:5000/v2/x/manifests/1: MANIFEST_UNKNOWN: manifest unknown",
          'error building image: Get "https://r/v2/": dial tcp: lookup r on 1.1.1.1:53: no such host',
        ],
      },
      "E_REGISTRY",
      /in its mirror/,
    ],
    [{ tail: ["dial tcp 127.0.0.1:1: connect: connection refused"] }, "E_REGISTRY_UNREACHABLE", /reach/],
    [{ tail: ["dial tcp: lookup x on 1.1.1.1:53: no such host"] }, "E_REGISTRY_UNREACHABLE", /reach/],
    [{ tail: ["imagespec:E_NO_PYTHON: the base image has no python3", "error"] }, "E_NO_PYTHON", /no python3/],
    [{ tail: ['Use "executor [command] --help" for more information about a command.'] }, "E_OPTIONS", /arguments/],
    [{ tail: ['Error: unknown command "x"', "Run 'executor --help' for usage."] }, "E_OPTIONS", /arguments/],
    [{ exitCode: 3 }, "E_BUILD", /exit code 3/],
  ])("%j is %s", (change, code, message) => {
    const error = executorFailure({ ...exit, ...change });
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.any(String) });
    expect(error.message).toContain("container of x, linux/amd64");
  });

  describe("of a step", () => {
    const end =
      "error building image: error building stage: failed to execute command: waiting for process to exit: exit status 1";

    it.each<[Instruction["step"], string, string, string]>([
      [
        "packages",
        "RUN set -e; uv pip install --python /opt/venv/bin/python nowhere",
        "No solution found",
        "E_RESOLVE",
      ],
      ["environment", 'RUN /.imagespec/bin/micromamba "$verb" -y nowhere', "nothing provides nowhere", "E_RESOLVE"],
      [
        "packages",
        "RUN uv pip install --python /opt/venv/bin/python big",
        "write /x: no space left on device",
        "E_BUILD",
      ],
      ["commands", "RUN curl x", "dial tcp 127.0.0.1:1: connect: connection refused", "E_BUILD"],
      ["commands", "RUN git clone x", "authentication required", "E_BUILD"],
      ["apt", "RUN apt_get install x", "imagespec:E_UNSUPPORTED: aptPackages need apt-get", "E_BUILD"],
    ])("%s: %s with %s is %s", (step, text, line, code) => {
      const instruction = { keyword: "RUN", text, step, title: text };
      const error = executorFailure({ ...exit, plan: conda, instruction, tail: [line, end] });
      expect(error.code).toBe(code);
    });
  });

  it("attaches the last lines", () => {
    const error = executorFailure({ ...exit, tail: ["one", "two"] });
    expect(error.message).toMatch(/last lines:\n {4}one\n {4}two$/);
    expect(error.details).toMatchObject({ tail: ["one", "two"], exitCode: 1 });
  });

  it("does not judge by an early line", () => {
    const tail = ["dial tcp 1.1.1.1:1: i/o timeout", ...Array.from({ length: 10 }, (_, i) => `step ${i}`)];
    expect(executorFailure({ ...exit, tail }).code).toBe("E_BUILD");
  });

  it("says when there is no image", () => {
    expect(noImage("container of x", "linux/amd64", ["l"])).toMatchObject({
      code: "E_BUILD",
      details: { tail: ["l"] },
    });
  });
});
