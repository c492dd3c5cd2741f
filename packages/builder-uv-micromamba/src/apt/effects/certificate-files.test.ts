import { describe, expect, it } from "vitest";
import { OF_BYTES, OF_PAIRS, SUBJECT_HASH } from "../fixtures/certificates.ts";
import { subjectHash } from "../formats/subject-hash.ts";
import type { PackageFile } from "../package/package-contents.ts";
import { certificateFiles } from "./certificate-files.ts";

const certificate = (name: string, text: string): PackageFile => ({
  path: `usr/share/ca-certificates/mozilla/${name}`,
  type: "file",
  mode: 0o644,
  uid: 0,
  gid: 0,
  owner: ["root", "root"],
  size: text.length,
  text,
});
const made = (...files: PackageFile[]) =>
  certificateFiles({ package: "demo", at: 0, effects: [], contents: { control: "", info: [], files } });

describe("certificateFiles", () => {
  it("links each certificate by its name and by its subject, and gathers all in the order of their names", () => {
    const { texts, links } = made(
      certificate("b (2), x.crt", OF_PAIRS),
      certificate("A.crt", OF_BYTES.trimEnd()),
      certificate("README", "none"),
    );
    expect(texts.get("etc/ca-certificates.conf")).toMatch(/\n#\nmozilla\/A\.crt\nmozilla\/b \(2\), x\.crt\n$/);
    expect(texts.get("etc/ssl/certs/ca-certificates.crt")).toBe(OF_BYTES + OF_PAIRS);
    const folder = "/usr/share/ca-certificates/mozilla";
    expect(Object.fromEntries(links)).toEqual({
      "etc/ssl/certs/A.pem": `${folder}/A.crt`,
      "etc/ssl/certs/b_=2=__x.pem": `${folder}/b (2), x.crt`,
      [`etc/ssl/certs/${SUBJECT_HASH}.0`]: "A.pem",
      [`etc/ssl/certs/${SUBJECT_HASH}.1`]: "b_=2=__x.pem",
    });
  });

  it.each([
    ["two certificates", OF_BYTES + OF_PAIRS],
    ["no certificate", "text\n"],
    ["a certificate cut short", "-----BEGIN CERTIFICATE-----\nMIIBeTCC\n-----END CERTIFICATE-----\n"],
  ])("hands on a file of %s", (_, text) => {
    expect(() => made(certificate("odd.crt", text))).toThrow(
      expect.objectContaining({
        code: "E_UNSUPPORTED",
        message: "demo has mozilla/odd.crt, which is not read as one certificate",
      }),
    );
  });
});

it.each([OF_BYTES, OF_PAIRS])("hashes a subject as OpenSSL does, however its names are encoded", (text) => {
  expect(subjectHash(Buffer.from(text.replace(/-----[A-Z ]+-----/g, ""), "base64"))).toBe(SUBJECT_HASH);
});

it("hashes a subject of UniversalStrings, of four bytes a character, as one in UTF-8", () => {
  const value = (tag: number, ...contents: (Buffer | string)[]) => {
    const content = Buffer.concat(contents.map((one) => Buffer.from(one)));
    return Buffer.concat([Buffer.of(tag, content.length), content]);
  };
  const hash = (tag: number, text: Buffer | string) => {
    const name = value(0x30, value(0x31, value(0x30, value(6, "cn"), value(tag, text))));
    return subjectHash(value(0x30, value(0x30, value(2, "1"), value(0x30), value(0x30), value(0x30), name)));
  };
  const wide = Buffer.concat(
    [..." \u{1f600} X"].map((letter) => Buffer.of(0, ...[16, 8, 0].map((by) => (letter.codePointAt(0) ?? 0) >> by))),
  );
  expect(hash(28, wide)).toBe(hash(12, "\u{1f600} x"));
  expect(hash(28, wide.subarray(1))).toBeUndefined();
});
