import { describe, expect, it } from "vitest";
import { embeddedCredential, redact } from "./redact.ts";

const CREDENTIALS = [
  "https://user:CANARY@host/simple",
  "https://CANARY@host/simple",
  "https://user:p@CANARY@host/simple",
  'https://user:p"CANARY@host/simple',
  "https://user:p'CANARY@host/simple",
  "https://user:p/CANARY@host/simple",
  "https://user:p#CANARY?x@host/simple",
  "http:/user:CANARY@host",
  "http:user:CANARY@host",
  "http:///user:CANARY@host",
  "http:\\\\user:CANARY@host",
  "HTTPS://user:CANARY@host",
  "git+ssh://user:CANARY@host:22/x.git",
  "pkg@https://user:CANARY@host/x.whl",
  "see https://ok/x,https://user:CANARY@host/x",
  "postgres://user:CANARY@[::1]:5432/db",
];

describe("redact", () => {
  it.each([
    ...CREDENTIALS,
    "https://conda.anaconda.org/t/CANARY/channel",
    "user:CANARY@ghcr.io/team",
    "'user:CANARY@localhost:5000/x'",
    "//user:CANARY@host/x",
    "Authorization: Basic CANARY",
    "authorization: CANARY",
    'you sent "Authorization":["Bearer CANARY"]',
    'curl -H "Proxy-Authorization: Negotiate CANARY"',
    '{\\"authorization\\":\\"Bearer CANARY\\"}',
    "the token Bearer CANARY is not valid",
    `Basic ${Buffer.from("user:CANARY").toString("base64")}`,
    "basic CANARYCANARY",
    '{"identitytoken":"CANARY"}',
    '{"auth": "CANARY"}',
    "https://token.example/?access_token=CANARY&x=1",
    "password=CANARY",
  ])("hides %s", (text) => {
    const hidden = redact(text);
    expect(hidden).not.toMatch(/CANARY|Q0FOQVJZ/);
    expect(hidden).toContain("***");
    // What is hidden stays as it is.
    expect(redact(hidden)).toBe(hidden);
  });

  it.each([
    "docker.io/library/python:3.11@sha256:0011",
    "localhost:5000/team/app:1@sha256:0011",
    "docker://localhost:5000/team/app@sha256:0011",
    "git+ssh://git@github.com/org/repo.git@v1",
    "git@github.com:org/repo.git",
    "git+https://github.com/org/repo.git@main",
    "https://host:8080/mail/me@example.com",
    "file:///home/me@work/x",
    "npm:left-pad@1.0.0",
    'Bearer realm="https://auth.example/token",service="x"',
    "Bearer token expired",
    "Basic authentication is not supported",
    "E_REGISTRY_AUTH: ghcr.io refuses the credentials to read ghcr.io/a/b:1 (401, UNAUTHORIZED: authentication required)",
    "pipSecretMounts: 2 secrets",
  ])("leaves %s", (text) => expect(redact(text)).toBe(text));

  it("hides secrets in every form", () => {
    const secret = 'p"a:s/s wörd';
    const forms = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret),
      Buffer.from(secret).toString("base64"),
    ].map((form) => `x ${form} y`);
    for (const form of forms) expect(redact(form, [secret])).toMatch(/^x "?\*\*\*=*"? y$/);
  });

  it("is linear", () => {
    const started = Date.now();
    for (const text of [
      "a:".repeat(200_000),
      "@".repeat(200_000),
      "http://a@".repeat(20_000),
      " authorization:".repeat(20_000),
    ])
      redact(text);
    expect(Date.now() - started).toBeLessThan(2000);
  });
});

describe("embeddedCredential", () => {
  it.each(CREDENTIALS)("finds it in %s", (text) => expect(embeddedCredential(text)).toBe("user info"));

  it.each([
    "git+ssh://git@github.com/x",
    '{"url":"https://host","mail":"me@example.com"}',
    "me@example.com",
    "a:b@c.de",
  ])("finds none in %s", (text) => expect(embeddedCredential(text)).toBeUndefined());
});
