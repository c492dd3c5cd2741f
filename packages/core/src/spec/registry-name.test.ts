import { describe, expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { registryBreach, validateContainerRegistryName } from "./registry-name.ts";

describe("validateContainerRegistryName", () => {
  it.each([
    "localhost",
    "localhost:5000",
    "localhost:5000/team",
    "ghcr.io/username",
    "docker.io/username",
    "username",
    "team/project",
    "registry.example.com:443/a/b-c/d__e",
    "[::1]:5000/team",
    "127.0.0.1:5000",
    "123.dkr.ecr.eu-west-1.amazonaws.com",
  ])("takes %s", (name) => {
    expect(validateContainerRegistryName(name)).toBe(true);
  });

  it.each([
    ["", "empty"],
    ["https://ghcr.io/x", "scheme"],
    ["ghcr.io/x/y:latest", "a tag"],
    ["user:latest", "port"],
    ["ghcr.io/x@sha256:00", "digest"],
    ["user:secret@ghcr.io", "user name"],
    ["ghcr.io/x/", "ends with '/'"],
    ["ghcr.io//x", "empty path component"],
    ["ghcr.io/Upper", "a-z, 0-9"],
    ["ghcr.io/a___b", "separators"],
    ["localhost:99999", "not a port"],
    ["localhost:port/x", "host name"],
    ["-bad-.io/x", "host name"],
    [`ghcr.io/${"a".repeat(256)}`, "longer than 255"],
    ["ghcr.io/a b", "a-z, 0-9"],
  ])("refuses %s, giving three examples", (name, reason) => {
    expect(validateContainerRegistryName(name)).toBe(false);
    const breach = registryBreach(name);
    expect(breach).toMatchObject({ code: "registry" });
    expect(breach?.message).toContain(reason);
    expect(breach?.hint).toMatch(/localhost:30000.*ghcr\.io\/username.*docker\.io\/username/);
  });
});

it("does not print what may be a password", () => {
  expect(() => ImageSpec.parse({ registry: "user:hunter2@ghcr.io" })).toThrow(/^(?!.*hunter2).*container registry/s);
  expect(() => ImageSpec.parse({ pipIndex: "user:hunter2@host/simple" })).toThrow(/^(?!.*hunter2)/s);
});
