import { describe, expect, it } from "vitest";
import { buildxArguments, dockerBuildArguments } from "./docker-build.ts";
import { dockerBuildxOptions } from "./options.ts";

const command = {
  reference: "r.example/x:t",
  platforms: ["linux/amd64", "linux/arm64"],
  options: dockerBuildxOptions.parse({ network: "host", cacheFrom: "r/c", cacheTo: "type=inline", builder: "b" }),
  inputs: { arguments: { IMAGESPEC_ENV_0: "hidden\nvalue" }, secrets: { s: "/a,b", t: "/c" } },
};

describe("what docker is told", () => {
  it("with the plug-in", () => {
    const settings = { rawJson: true, attestations: true, metadataFile: "/m", output: "push" as const };
    expect(buildxArguments({ ...command, ...settings }).join(" ")).toBe(
      "buildx build --builder b --progress=rawjson --tag r.example/x:t --platform linux/amd64,linux/arm64 --network host " +
        '--cache-from r/c --build-arg IMAGESPEC_ENV_0 --secret id=s,"src=/a,b" --secret id=t,src=/c --cache-to type=inline ' +
        "--provenance=false --metadata-file /m --push -",
    );
  });

  it("without it, as much as docker build knows", () => {
    expect(dockerBuildArguments(command).join(" ")).toBe(
      "build --progress=plain --tag r.example/x:t --platform linux/amd64,linux/arm64 --network host --cache-from r/c " +
        '--build-arg IMAGESPEC_ENV_0 --secret id=s,"src=/a,b" --secret id=t,src=/c -',
    );
  });

  it("quotes a path for docker's CSV reader", () => {
    const settings = { rawJson: true, attestations: true, metadataFile: "/m" };
    const told = (dest: string) =>
      buildxArguments({ ...command, ...settings, output: { type: "oci", tar: false, dest } }).at(-2);
    expect(told("/a b")).toBe("type=oci,tar=false,dest=/a b");
    expect(told("/a,b")).toBe('type=oci,tar=false,"dest=/a,b"');
    expect(told('/a"b')).toBe('type=oci,tar=false,"dest=/a""b"');
  });

  it("to take nothing from a cache when the build is forced", () => {
    const settings = { rawJson: true, attestations: true, metadataFile: "/m", output: "push" as const };
    expect(buildxArguments({ ...command, ...settings, force: true, pull: true })).toEqual(
      expect.arrayContaining(["--no-cache", "--pull"]),
    );
    expect(dockerBuildArguments({ ...command, force: true, pull: false })).toContain("--no-cache");
    expect(dockerBuildArguments({ ...command, force: true, pull: false })).not.toContain("--pull");
    expect(dockerBuildArguments(command)).not.toContain("--no-cache");
  });

  it("never a value of a build argument", () => {
    expect(dockerBuildArguments(command).join(" ")).not.toContain("hidden");
  });

  it("leaves out what an old plug-in does not know", () => {
    const settings = { rawJson: false, attestations: false, metadataFile: "/m", output: { type: "oci", dest: "x" } };
    const told = buildxArguments({ ...command, ...settings, contexts: { base: "oci-layout:///x@sha256:0" } });
    expect(told).not.toContain("--provenance=false");
    expect(told).toContain("--progress=plain");
    expect(told.join(" ")).toContain("--build-context base=oci-layout:///x@sha256:0");
    expect(told.slice(-3)).toEqual(["--output", "type=oci,dest=x", "-"]);
  });
});
