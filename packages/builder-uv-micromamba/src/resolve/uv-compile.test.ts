import type { PackagesStep } from "@imagespec/core/builder";
import { expect, it } from "vitest";
import type { PythonTarget } from "../target/python-target.ts";
import { compileArguments } from "./uv-compile.ts";

it("has indexes and addresses asked again where the build is forced, and only there", () => {
  const step = {
    extraIndexes: ["https://host/more"],
    extraArgs: ["--require-hashes", "--pre"],
  } as unknown as PackagesStep;
  const target = {
    version: "3.12.4",
    architecture: "amd64",
    libc: { family: "glibc", major: 2, minor: 36 },
  } as unknown as PythonTarget;
  const [kept, fresh] = [false, true].map((fresh) => compileArguments({ step, target, fresh }));
  expect(kept).not.toContain("--refresh");
  expect(fresh?.filter((argument) => argument !== "--refresh")).toEqual(kept);
  expect(fresh).toContain("--refresh");
  expect(kept?.slice(-3)).toEqual(["--extra-index-url", "https://host/more", "--pre"]);
});
