import { describe, expect, it } from "vitest";
import { registryAuth } from "./registry-auth.ts";

const decode = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString()) as unknown;

describe("registryAuth", () => {
  it.each([
    [
      "ghcr.io/a/b",
      { kind: "basic", username: "u", password: "p" },
      { username: "u", password: "p", serveraddress: "ghcr.io" },
    ],
    [
      "debian",
      { kind: "identity-token", token: "t" },
      { identitytoken: "t", serveraddress: "https://index.docker.io/v1/" },
    ],
    [
      "localhost:5000/a",
      { kind: "registry-token", token: "t" },
      { registrytoken: "t", serveraddress: "localhost:5000" },
    ],
    ["localhost:5000/a", undefined, {}],
  ] as const)("says it as engines read it: %s %j", (reference, credential, expected) => {
    expect(decode(registryAuth(reference, credential))).toEqual(expected);
  });

  it("is base64 for URLs, padded for Go's decoder", () => {
    for (const password of ["a", "ab", "abc", "\u00fb\u00ff\u00fe~~~???>>>"]) {
      const text = registryAuth("localhost:5000/a", { kind: "basic", username: "u", password });
      expect(text).toMatch(/^[A-Za-z0-9_-]+={0,2}$/);
      expect(text.length % 4).toBe(0);
      expect(decode(text)).toMatchObject({ password });
    }
  });
});
