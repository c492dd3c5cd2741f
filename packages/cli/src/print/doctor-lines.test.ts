import { expect, it } from "vitest";
import { contactLines } from "./doctor-lines.ts";

it("shows what helps below what is wrong with a host", () => {
  const contact = { kind: "registry", host: "registry.example", wanted: ["the base image"] } as const;
  const hint = "Run `docker login registry.example`.";
  expect(
    contactLines([
      { ...contact, status: "refused", user: "reader", reason: "registry.example refuses the credentials", hint },
      { ...contact, status: "reachable" },
    ]),
  ).toEqual([
    "registry registry.example: refused, as reader: registry.example refuses the credentials",
    `  hint: ${hint}`,
    "  for: the base image",
    "registry registry.example: reachable, without a login",
    "  for: the base image",
  ]);
});
