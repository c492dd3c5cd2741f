import { expect, it } from "vitest";
import { parseMetadata } from "./wheel-metadata.ts";

it("reads what a resolver asks for, and nothing of the description", () => {
  const text = `Metadata-Version: 2.1
Name: Demo
Version: 1.0
Requires-Dist: six >=1.10
Requires-Dist: attrs ; extra
  == 'fun'
requires-python: >=3.8
Provides-Extra: fun
Summary: a: b

Requires-Dist: nothing
`;
  expect(parseMetadata(text)).toEqual({
    name: "Demo",
    version: "1.0",
    requires: ["six >=1.10", "attrs ; extra == 'fun'"],
    requiresPython: ">=3.8",
    extras: ["fun"],
  });
  expect(parseMetadata("Name: a\r\nVersion: 2\r\n\r\nName: b\r\n")).toMatchObject({ name: "a", version: "2" });
});
