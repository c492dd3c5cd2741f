import { expect, it } from "vitest";
import { secretFile } from "./secret-file.ts";

it("gives the path of a secret, and refuses one without a file", () => {
  expect(secretFile({ secret_0: "/keys/netrc" }, "secret_0")).toBe("/keys/netrc");
  expect(() => secretFile({ secret_0: "/keys/netrc" }, "secret_1")).toThrow("The plan names the secret secret_1");
});
