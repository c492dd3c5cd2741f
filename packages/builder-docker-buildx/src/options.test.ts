import { describe, expect, it } from "vitest";
import { dockerBuildxOptions } from "./options.ts";

describe("dockerBuildxOptions", () => {
  it("is complete without any", () => {
    expect(dockerBuildxOptions.parse({})).toEqual({ cacheFrom: [], cacheTo: [], provenance: false, buildArgs: {} });
  });

  it("reads what the command line gives as text", () => {
    const text = { cacheFrom: "type=registry,ref=r/c", provenance: "max", buildArgs: "A=b=c", network: "host" };
    expect(dockerBuildxOptions.parse(text)).toEqual({
      cacheFrom: ["type=registry,ref=r/c"],
      cacheTo: [],
      provenance: "max",
      buildArgs: { A: "b=c" },
      network: "host",
    });
    expect(dockerBuildxOptions.parse({ provenance: "true" }).provenance).toBe(true);
  });

  it.each([
    [{ target: "x" }],
    [{ cacheTo: "type=s3,secret_access_key=abc" }],
    [{ cacheFrom: ["type=gha,token=abc"] }],
    [{ buildArgs: "novalue" }],
    [{ buildArgs: { "a b": "c" } }],
    [{ buildArgs: { DOCKER_CONFIG: "/elsewhere" } }],
    [{ buildArgs: "PATH=/elsewhere" }],
    [{ builder: "" }],
  ])("refuses %j", (options) => {
    expect(dockerBuildxOptions.safeParse(options).success).toBe(false);
  });
});
