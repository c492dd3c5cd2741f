import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfigDocument } from "../credentials/config-document.ts";
import { trustedAuthorities } from "../http/trusted-authorities.ts";
import { OciLayout } from "../layout/oci-layout.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "regular-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const HEX = "a".repeat(64);
const kinds: [string, (path: string) => void][] = [
  // Opening a pipe waits for its writer, and reading this device never ends.
  ["a pipe", (path) => void execFileSync("mkfifo", [path])],
  ["a device", (path) => symlinkSync("/dev/zero", path)],
  ["a folder", (path) => mkdirSync(path)],
];

describe.each(kinds)("%s", (_, make) => {
  it("is not read as a docker config, certificates or a part of a layout", async () => {
    const path = (name: string) => join(folder, name);
    mkdirSync(path("layout/blobs/sha256"), { recursive: true });
    for (const name of ["config.json", "ca.pem", "layout/index.json", `layout/blobs/sha256/${HEX}`]) make(path(name));
    const layout = new OciLayout(path("layout"));
    const descriptor = { mediaType: "application/octet-stream", digest: `sha256:${HEX}`, size: 1 };
    const reading = [
      readConfigDocument(path("config.json")),
      trustedAuthorities({ SSL_CERT_FILE: path("ca.pem") }),
      trustedAuthorities({ NODE_EXTRA_CA_CERTS: path("ca.pem") }),
      layout.root(),
      layout.getManifest(descriptor.digest),
      layout.getBlob(descriptor).next(),
    ];
    for (const outcome of await Promise.allSettled(reading))
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "E_INPUT_FILE" } });
  });
});

it("reads a config of a user, and takes one that is not there for none", async () => {
  writeFileSync(join(folder, "config.json"), '{"credsStore":"pass"}');
  expect(await readConfigDocument(join(folder, "config.json"))).toMatchObject({ credsStore: "pass" });
  expect(await readConfigDocument(join(folder, "none.json"))).toBeUndefined();
});
