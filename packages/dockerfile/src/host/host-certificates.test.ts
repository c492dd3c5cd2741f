import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hostCertificates } from "./host-certificates.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "certificates-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("reads the file SSL_CERT_FILE names, else that of NODE_EXTRA_CA_CERTS", async () => {
  const [one, two] = [join(folder, "one.pem"), join(folder, "two.pem")];
  const pem = (name: string) => `${name}\n-----BEGIN CERTIFICATE-----\n`;
  await writeFile(one, pem("one"));
  await writeFile(two, pem("two"));
  const env = { SSL_CERT_FILE: one, NODE_EXTRA_CA_CERTS: two };
  expect(await hostCertificates(env)).toEqual({ file: one, variable: "SSL_CERT_FILE", pem: pem("one") });
  expect(await hostCertificates({ ...env, SSL_CERT_FILE: "" })).toMatchObject({ file: two, pem: pem("two") });
  expect(await hostCertificates({})).toBeUndefined();
});

it.each(["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"])(
  "names %s when its file cannot be read or holds none",
  async (variable) => {
    await writeFile(join(folder, "other.pem"), "no certificate");
    for (const file of ["none.pem", "other.pem"])
      await expect(hostCertificates({ [variable]: join(folder, file) })).rejects.toMatchObject({
        code: "E_INPUT_FILE",
        message: expect.stringContaining(variable),
        hint: expect.stringContaining(variable),
      });
  },
);
