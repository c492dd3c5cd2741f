import { describe, expect, it } from "vitest";
import { redact } from "./redact.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("a secret is hidden in each of its forms", () => {
  it.each([
    "a.*b+c(",
    "p@ss/w rd%",
    "[^x]$|-{2}",
    "päss€wörd",
    "p\"q'r\\s!~",
    "line1\nline2",
    "ÿþ>>>???~~",
    "%2525%25",
    "𝒳𝒴",
  ])("%s", (secret) => {
    const form = encodeURIComponent(secret);
    const strict = form.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURI(secret),
      form,
      form.toLowerCase(),
      strict,
      new URLSearchParams({ x: secret }).toString().slice(2),
      base64(secret),
      Buffer.from(secret).toString("base64url"),
      ...["u:", "us:", "use:", "user:"].map((user) => base64(`${user}${secret}`)),
      ...["u:", "us:", "use:"].map((user) => Buffer.from(`${user}${secret}\n`).toString("base64url")),
    ];
    for (const one of forms) {
      // At most signs of what stood before the secret, and what filled up the last group, stay.
      expect(redact(`<${one}>`, [secret])).toMatch(/^<[\w+/-]{0,7}\*\*\*[\w+/-]{0,2}={0,2}>$/);
    }
  });
});

it("leaves texts alone that hold neither the secret nor an encoding of it", () => {
  const text = "abc ABC YWJj dXNlcjphYmM= a%20b sha256:6162 p@s/s";
  expect(redact(text, ["abd", "p@ss", "xyz1"])).toBe(text);
});

it("takes a time that is linear in a long run of base64 or of percent signs", () => {
  const text = `${"A".repeat(200_000)} ${"%25".repeat(100_000)} ${"%".repeat(200_000)}`;
  expect(redact(text, [`${"\0".repeat(40)}x`, `${"%".repeat(40)}x`])).toBe(text);
});

it("hides a secret of a megabyte as it is, percent-encoded and in base64", () => {
  const secret = "k/y ".repeat(250_000);
  for (const form of [secret, encodeURIComponent(secret), base64(secret)])
    expect(redact(`<${form}>`, [secret])).toMatch(/^<\*\*\*=*>$/);
});

describe("a secret is hidden whole where another one", () => {
  const long = `first-${"k".repeat(5000)}-inner-last`;
  it.each<[string, string[], string]>([
    ["stands in it as it is", ["inner", long], long],
    ["stands in it in JSON", ["inner", 'first"inner"last'], JSON.stringify('first"inner"last').slice(1, -1)],
    ["stands in it in base64", ["tra2", "kkkkkkkkk"], "a2tra2tra2tr"],
    ["overlaps it", ["abcdef", "defghi"], "abcdefghi"],
  ])("%s", (_, secrets, text) => {
    for (const given of [secrets, secrets.toReversed()]) expect(redact(`<${text}>`, given)).toBe("<***>");
  });
});
