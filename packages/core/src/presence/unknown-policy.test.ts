import { type ErrorCode, ImageSpecError } from "@imagespec/registry";
import { expect, it } from "vitest";
import { decideUnknown, type UnknownPolicy } from "./unknown-policy.ts";

const base: UnknownPolicy = { reference: "r/n:t", onUnknown: undefined, willPush: true, force: false, env: {} };
const decide = (code: ErrorCode, policy: Partial<UnknownPolicy>) => {
  try {
    return decideUnknown({ status: "unknown", cause: new ImageSpecError(code, "why") }, { ...base, ...policy });
  } catch (error) {
    return (error as ImageSpecError).code;
  }
};
const FAST = { FLYTE_IMG_FAST_FAIL: "True" };

it.each<[ErrorCode, Partial<UnknownPolicy>, string]>([
  ["E_REGISTRY", {}, "build"],
  ["E_REGISTRY", { onUnknown: "fail" }, "E_PRESENCE_UNKNOWN"],
  ["E_REGISTRY", { onUnknown: "assume" }, "assume"],
  ["E_REGISTRY", { env: FAST }, "E_PRESENCE_UNKNOWN"],
  ["E_REGISTRY", { env: FAST, onUnknown: "build" }, "build"],
  ["E_REGISTRY", { env: FAST, force: true }, "build"],
  ["E_REGISTRY_UNREACHABLE", {}, "E_REGISTRY_UNREACHABLE"],
  ["E_REGISTRY_UNREACHABLE", { onUnknown: "fail" }, "E_REGISTRY_UNREACHABLE"],
  ["E_REGISTRY_UNREACHABLE", { onUnknown: "assume" }, "assume"],
  ["E_REGISTRY_UNREACHABLE", { willPush: false }, "build"],
  ["E_REGISTRY_UNREACHABLE", { force: true }, "E_REGISTRY_UNREACHABLE"],
  ["E_REGISTRY_AUTH", {}, "E_REGISTRY_AUTH"],
  ["E_DAEMON", { willPush: false }, "build"],
])("%s with %j: %s", (code, policy, expected) => {
  expect(decide(code, policy)).toBe(expected);
});

it("names the variable that made it fail", () => {
  const presence = { status: "unknown", cause: new ImageSpecError("E_REGISTRY", "why") } as const;
  expect(() => decideUnknown(presence, { ...base, env: FAST })).toThrow("FLYTE_IMG_FAST_FAIL");
});
