import { describe, expect, it } from "vitest";
import { redact } from "./redact.ts";
import { cutBesideSecrets } from "./secret-patterns.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const hex = (text: string, between = "") => (Buffer.from(text).toString("hex").match(/../g) ?? []).join(between);
const codes = (text: string, code: (number: number) => string) =>
  Array.from(text, (character) => code(character.codePointAt(0) ?? 0)).join("");
const named = (text: string) =>
  text.replace(/[&<>"']/g, (sign) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot" }[sign] ?? "#39"};`);
const units = (text: string) =>
  text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const octal = (text: string) =>
  Array.from(Buffer.from(text), (byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");

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
    "<a&b>'c\"d",
    "c:\\new\\\\table",
    "x78u0041%41&#65;",
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
      ...(secret.includes("%") ? [] : [encodeURIComponent(form)]),
      base64(secret),
      Buffer.from(secret).toString("base64url"),
      hex(secret),
      hex(secret).toUpperCase(),
      hex(secret, ":"),
      hex(secret, " "),
      `0x${hex(secret, ", 0x")}`,
      named(secret),
      codes(secret, (code) => `&#${code};`),
      codes(secret, (code) => `&#x${code.toString(16).toUpperCase()};`),
      units(JSON.stringify(secret).slice(1, -1)),
      JSON.stringify(JSON.stringify(secret)).slice(3, -3),
      secret.replace(/[^\w\n]/gu, "\\$&"),
      octal(secret),
      `\\x${hex(secret, "\\x")}`,
      ...["u:", "us:", "use:", "user:"].map((user) => base64(`${user}${secret}`)),
      ...["u:", "us:", "use:"].map((user) => Buffer.from(`${user}${secret}\n`).toString("base64url")),
    ];
    for (const one of forms) {
      // At most signs of what stood before the secret, and what filled up the last group, stay.
      expect(redact(`<${one}>`, [secret])).toMatch(/^<[\w+/-]{0,7}\*\*\*[\w+/-]{0,2}={0,2}>$/);
    }
  });
});

it("hides the shortest secret that is looked for in base64, where it stands alone", () => {
  for (const form of [base64("Xa0c"), Buffer.from("Xa0c").toString("base64url")])
    expect(redact(`<${form}>`, ["Xa0c"])).toMatch(/^<\*\*\*=*>$/);
});

it("hides a secret that is too long for a pattern behind percent signs of either case", () => {
  const secret = Array.from({ length: 300 }, (_, at) => `${at}+/é`).join("");
  const form = encodeURIComponent(secret);
  for (const one of [form, form.toLowerCase()]) expect(redact(`<${one}>`, [secret])).toBe("<***>");
});

it("leaves texts alone that hold neither the secret nor an encoding of it", () => {
  const text = "abc ABC YWJj dXNlcjphYmM= a%20b sha256:6162 p@s/s";
  expect(redact(text, ["abd", "p@ss", "xyz1"])).toBe(text);
});

it("takes a time that is linear in a long run of base64 or of percent signs", () => {
  const text = `x ${"A".repeat(200_000)} ${"%25".repeat(100_000)} ${"%".repeat(200_000)} ${"\\".repeat(200_000)} x`;
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

describe("of a secret that was broken into lines, what says much of it is hidden", () => {
  const secret = "correct-horse-battery-staple";
  it.each([
    ["as it is", secret],
    ["in base64", base64(`user:${secret}`)],
    ["in hex", hex(secret)],
  ])("%s", (_, form) => {
    for (let at = 1; at < form.length; at++) {
      const shown = [form.slice(0, at), form.slice(at)].map((line) => redact(`   ${line} `, [secret]));
      expect(shown.filter((line) => line.includes("***"))).not.toEqual([]);
      expect(redact(`x\n${form.slice(0, at)}\n${form.slice(at)}\ny`, [secret])).toContain("***");
    }
    expect(redact("correct is the battery", [secret])).toBe("correct is the battery");
  });
});

it("hides each line of a secret that was broken into three or four", () => {
  const secret = "correct-horse-battery-staple-renewed";
  for (const form of [secret, base64(secret), hex(secret)])
    for (const parts of [3, 4]) {
      const lines = form.match(new RegExp(`.{1,${Math.ceil(form.length / parts)}}`, "g")) ?? [];
      expect(lines).toHaveLength(parts);
      for (const line of lines) {
        expect(redact(` ${line}\n`, [secret]), line).toBe(" ***\n");
        expect(redact(`a\n${line}\nb`, [secret]), line).toBe("a\n***\nb");
      }
    }
});

it("leaves short lines alone, and words of a secret within a line", () => {
  const secret = "correct-horse-battery-staple";
  for (const text of ["horse", "battery", "a horse-battery\nhere", "correct\nhorse", "Buttery-staples"])
    expect(redact(text, [secret])).toBe(text);
});

it("hides each line of a long secret that was broken into many", () => {
  const secret = Array.from({ length: 200 }, (_, at) => at.toString(36)).join("-");
  for (const form of [secret, base64(`x${secret}`), hex(secret)]) {
    for (const line of form.match(/.{76}/g) ?? []) expect(redact(line, [secret])).toMatch(/^.?.?\*\*\*$/);
  }
});

describe("a text is cut", () => {
  it("where no secret stands, in any form, and only once enough has come to tell", () => {
    const secret = "c4nary";
    for (const form of [secret, base64(secret), hex(secret, ":"), "%2563%2534%256e%2561%2572%2579"]) {
      expect(cutBesideSecrets(`${"-".repeat(98)}${form.slice(0, 4)}`, 100, [secret])).toBeUndefined();
      expect(cutBesideSecrets(`${"-".repeat(98)}${form}${"-".repeat(100)}`, 100, [secret])).toBeLessThanOrEqual(98);
    }
    expect(cutBesideSecrets("-".repeat(200), 100, [secret])).toBe(100);
    expect(cutBesideSecrets("-".repeat(200), Number.POSITIVE_INFINITY, [secret])).toBeUndefined();
  });

  it("only once the longest form of a secret beyond ASCII would have come whole", () => {
    const secret = "éèêëàâäç";
    const form = hex(secret).replace(/../g, "%2525$&");
    const text = `${"-".repeat(98)}${form}`;
    for (let length = 101; length <= text.length; length++)
      expect(cutBesideSecrets(text.slice(0, length), 100, [secret]) ?? 98).toBe(98);
    expect(cutBesideSecrets(text + "-".repeat(100), 100, [secret])).toBe(98);
  });

  it("behind a secret that it begins with", () => {
    const secret = `${"k".repeat(50)}x`;
    expect(cutBesideSecrets(`${secret}${"-".repeat(1000)}`, 20, [secret])).toBe(51);
  });
});
