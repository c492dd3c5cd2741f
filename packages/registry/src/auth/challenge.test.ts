import fc from "fast-check";
import { expect, it } from "vitest";
import { parseChallenges } from "./challenge.ts";

it.each([
  ['Basic realm="x"', [{ scheme: "basic", parameters: { realm: "x" } }]],
  [
    'Bearer realm="https://a/token?x=1,2",service="s",scope="repository:a/b:pull,push"',
    [
      {
        scheme: "bearer",
        parameters: { realm: "https://a/token?x=1,2", service: "s", scope: "repository:a/b:pull,push" },
      },
    ],
  ],
  [
    'Negotiate, Bearer realm="https://a", error="invalid_token" , Basic realm="say \\"hi\\""',
    [
      { scheme: "negotiate", parameters: {} },
      { scheme: "bearer", parameters: { realm: "https://a", error: "invalid_token" } },
      { scheme: "basic", parameters: { realm: 'say "hi"' } },
    ],
  ],
  ["bearer REALM=https://a/b service = c", [{ scheme: "bearer", parameters: { realm: "https://a/b", service: "c" } }]],
  ["", []],
  ['"', []],
])("reads %s", (header, challenges) => expect(parseChallenges(header)).toEqual(challenges));

it("ends on any text", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseChallenges(text)));
  fc.assert(fc.property(fc.stringMatching(/^[Bb ,="a\\]*$/), (text) => void parseChallenges(text)));
});
