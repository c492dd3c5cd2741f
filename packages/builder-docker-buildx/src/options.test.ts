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
    [{ target: "x" }, /target/],
    [{ cacheTo: "type=s3,secret_access_key=abc" }, /^holds a secret/],
    [{ cacheFrom: ["type=gha,token=abc"] }, /^holds a secret/],
    [{ cacheFrom: 5 }, /^is neither text nor a list of texts$/],
    [{ provenance: "most" }, /^is none of true, false, min and max$/],
    [{ buildArgs: "novalue" }, /NAME=VALUE$/],
    [{ buildArgs: { "a b": "c" } }, /^is neither a mapping of names/],
    [{ buildArgs: { DOCKER_CONFIG: "/elsewhere" } }, /how docker itself works$/],
    [{ buildArgs: "PATH=/elsewhere" }, /how docker itself works$/],
    [{ builder: "" }, /./],
  ])("refuses %j", (options, message) => {
    expect(dockerBuildxOptions.safeParse(options).error?.issues).toEqual([
      expect.objectContaining({ message: expect.stringMatching(message) }),
    ]);
  });
});
