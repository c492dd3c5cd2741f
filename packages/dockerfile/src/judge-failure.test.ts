import { buildPlan } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { judgeFailure } from "./judge-failure.ts";

describe("a path of sourceRoot where the base has something else", () => {
  it.each(["cannot copy to non-directory: /merged/root/app", "cannot replace to directory /merged/root/app with file"])(
    "is a fault of the spec, unless a program said so: %s",
    (line) => {
      const failed = { plan: buildPlan(), instruction: undefined, tail: [`ERROR: ${line}`] };
      expect(judgeFailure(failed)).toMatchObject({ code: "E_INPUT_FILE" });
      expect(judgeFailure({ ...failed, inStep: true })).toBeUndefined();
    },
  );
});

describe("an image that a registry lacks", () => {
  const reference = "nvidia/cuda:12.4.9-cudnn-runtime-ubuntu22.04";
  const plan = buildPlan({ base: { kind: "reference", reference } });
  const judge = (line: string, given = plan) => judgeFailure({ plan: given, instruction: undefined, tail: [line] });

  it.each([
    ["BuildKit", "exec /bin/sh: argument list too long"],
    ["kaniko", "error building image: fork/exec /bin/sh: argument list too long"],
  ])("whose environment is too large is told as such, in the words of %s", (_, line) => {
    const failed = { plan: buildPlan(), instruction: undefined, tail: [line], inStep: true };
    expect(judgeFailure(failed)).toMatchObject({ code: "E_BUILD", what: expect.stringContaining("environment") });
  });

  it("whose config no engine reads is the registry's fault, before any step", () => {
    const line =
      "json: cannot unmarshal array into Go struct field ImageConfig.config.Volumes of type map[string]struct {}";
    const failed = { plan: buildPlan(), instruction: undefined, tail: [line] };
    expect(judgeFailure(failed)).toMatchObject({ code: "E_REGISTRY", what: expect.stringContaining("config") });
    expect(judgeFailure({ ...failed, inStep: true })).toBeUndefined();
  });

  it.each([
    ["BuildKit", `ERROR: docker.io/${reference}: not found`],
    ["kaniko", "GET http://mirror:5000/v2/nvidia/cuda/manifests/12.4.9: MANIFEST_UNKNOWN: manifest unknown"],
    ["buildah", `Error: creating build container: reading manifest in mirror:5000/${reference}: manifest unknown`],
  ])("is told by the parts of its tag where cuda chose it, in the words of %s", (_, line) => {
    expect(judge(line)).toMatchObject({
      code: "E_REGISTRY",
      what: expect.stringContaining("CUDA 12.4.9 (cuda), cuDNN 9 (cudnn) and Ubuntu 22.04"),
      hint: expect.stringContaining("leave it out where wheels bring CUDA"),
    });
  });

  it("is another one, and told as such", () => {
    expect(judge("ERROR: ghcr.io/astral-sh/uv:1: not found")?.what).toBe("did not find an image it needs");
    expect(judge("ERROR: debian:99: not found", buildPlan())?.what).toBe("did not find an image it needs");
  });
});

it("says what helps with an index that does not answer", () => {
  const instruction = { keyword: "RUN", text: "", title: "", step: "packages" } as const;
  const hintFor = (line: string) => judgeFailure({ plan: buildPlan(), instruction, tail: [line] })?.hint;
  expect(hintFor("cause: error sending request for url (https://host/simple/rich/)")).toContain("HTTPS_PROXY");
  expect(hintFor("cause: Because there is no version of nosuch")).toContain("Correct packages");
});

it.each([
  ["BuildKit", "failed to push r/x:t: unknown: The repository with name 'x' does not exist", /^Create the repository/],
  [
    "kaniko",
    "error pushing image: failed to push to destination r/x:t: PUT http://r: TAG_INVALID: it is immutable",
    /^Build again/,
  ],
  ["BuildKit", "failed to push r/x:t: denied: it will exceed the configured upper limit of 10.0 GiB.", /^Free space/],
  ["kaniko", "error pushing image: POST http://r/v2/x/blobs/uploads/: DENIED: the quota is used up", /^Free space/],
])("a push refused for another reason than rights has its cure, in the words of %s: %s", (_, line, hint) => {
  const failed = { plan: buildPlan(), instruction: undefined, tail: [line] };
  expect(judgeFailure(failed)).toMatchObject({ code: "E_PUSH", hint: expect.stringMatching(hint) });
  expect(judgeFailure({ ...failed, inStep: true })).toBeUndefined();
});

it("passes a spec on to the next builder only where no more ran than what looks at the base", () => {
  const tail = ["imagespec:E_UNSUPPORTED: the base image is odd"];
  const judge = (step: "user" | "commands") =>
    judgeFailure({ plan: buildPlan(), instruction: { keyword: "RUN", text: "", title: "", step }, tail })?.code;
  expect(judge("user")).toBe("E_UNSUPPORTED");
  expect(judge("commands")).toBe("E_BUILD");
});

it.each([
  ["apt", "E: Unable to locate package nosuch", "E_RESOLVE", "aptPackages"],
  ["commands", "E: Unable to locate package nosuch", "E_BUILD", "last lines"],
] as const)("a failing step %s is told by what it does: %s", (step, line, code, hint) => {
  const instruction = { keyword: "RUN", text: "", title: "do it", step } as const;
  expect(judgeFailure({ plan: buildPlan(), instruction, tail: [line] })).toEqual({
    code,
    what: 'failed in step "do it"',
    hint: expect.stringContaining(hint),
  });
});
