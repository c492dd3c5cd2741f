import canonicalize from "canonicalize";
import { assert, jsonValue, property } from "fast-check";
import { expect, it } from "vitest";
import { base32, canonicalJson, canonicalPieces, defineLater, shortDigest } from "./digest.ts";

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

it("writes holes of a list as JSON does", () => {
  const holed = [1, 2, 3];
  delete holed[1];
  expect(canonicalJson({ a: holed })).toBe('{"a":[1,null,3]}');
});

it("writes JSON as the reference implementation of RFC 8785 does", () => {
  expect(canonicalJson({ 10: 1, 9: 2, "\u{1f600}": [1e21, 1e-7, -0], "\ufb33": null })).toBe(
    canonicalize({ 10: 1, 9: 2, "\u{1f600}": [1e21, 1e-7, -0], "\ufb33": null }),
  );
  assert(property(jsonValue(), (value) => canonicalJson(value) === canonicalize(value)));
});

it("takes the text of a value that is made later, until it is made", () => {
  const whole = { a: 1, list: [["é", "1"]], z: {} };
  const content: { a: number; list?: string[][]; z: object } = { a: 1, z: {} };
  let made = 0;
  defineLater(content, "list", {
    text: [Buffer.from('[["é",'), Buffer.from('"1"]]')],
    make: () => {
      made++;
      return [["é", "1"]];
    },
  });
  expect(canonicalJson(content)).toBe(canonicalJson(whole));
  expect(shortDigest(canonicalPieces(content))).toBe(shortDigest(canonicalJson(whole)));
  expect(made).toBe(0);
  expect(content).toEqual(whole);
  content.list?.push(["b", "2"]);
  expect(canonicalJson(content)).toBe(
    canonicalJson({
      ...whole,
      list: [
        ["é", "1"],
        ["b", "2"],
      ],
    }),
  );
  expect(made).toBe(1);
});
