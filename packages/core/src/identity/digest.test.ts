import { expect, it } from "vitest";
import { base32, canonicalJson } from "./digest.ts";

// The test vectors of RFC 4648, section 10, in lower case and without padding.
it.each([
  ["", ""],
  ["f", "my"],
  ["fo", "mzxq"],
  ["foo", "mzxw6"],
  ["foob", "mzxw6yq"],
  ["fooba", "mzxw6ytb"],
  ["foobar", "mzxw6ytboi"],
])("base32 of %j is %s", (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});

it("writes equal data in one way, and leaves out what is undefined", () => {
  expect(canonicalJson({ b: 1, a: [{ d: "é", c: undefined }] })).toBe('{"a":[{"d":"é"}],"b":1}');
});
