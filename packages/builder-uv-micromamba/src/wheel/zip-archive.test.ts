import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ZipArchive } from "./zip-archive.ts";

// Zips of an independent writer, Python's: small and large members, deflated and stored, one above the in-memory limit.
const WRITE = `
import sys, zipfile
folder = sys.argv[1]
for name in ("small.zip", "large.zip"):
    with zipfile.ZipFile(f"{folder}/{name}", "w") as z:
        z.write(f"{folder}/text", "text", zipfile.ZIP_DEFLATED)
        z.write(f"{folder}/text", "stored", zipfile.ZIP_STORED)
        info = zipfile.ZipInfo("run.sh"); info.external_attr = 0o100755 << 16
        z.writestr(info, "#!/bin/sh\\n", zipfile.ZIP_DEFLATED)
        z.writestr("empty", "")
        if name == "large.zip":
            z.write(f"{folder}/noise", "noise", zipfile.ZIP_DEFLATED)
            z.write(f"{folder}/noise", "noise-stored", zipfile.ZIP_STORED)
`;

let folder: string;
const noise = randomBytes(14 * 1024 * 1024);
const text = Buffer.from("some text ".repeat(200_000));
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zip-"));
  await writeFile(join(folder, "noise"), noise);
  await writeFile(join(folder, "text"), text);
  execFileSync("python3", ["-c", WRITE, folder]);
});
afterAll(() => rm(folder, { recursive: true }));

describe("ZipArchive", () => {
  for (const name of ["small.zip", "large.zip"])
    it(`reads all members of ${name}, whole and as a stream`, async () => {
      const zip = await ZipArchive.open(join(folder, name), name);
      const expected: Record<string, Buffer> = {
        text,
        stored: text,
        "run.sh": Buffer.from("#!/bin/sh\n"),
        empty: Buffer.alloc(0),
      };
      if (name === "large.zip") Object.assign(expected, { noise, "noise-stored": noise });
      expect(zip.members.map(({ path }) => path).sort()).toEqual(Object.keys(expected).sort());
      for (const member of zip.members) {
        const parts: Uint8Array[] = [];
        for await (const part of member.stream()) parts.push(part);
        expect(Buffer.concat(parts).equals(expected[member.path] as Buffer), member.path).toBe(true);
        expect((await member.bytes(2 ** 30)).equals(expected[member.path] as Buffer), member.path).toBe(true);
        expect(member.executable).toBe(member.path === "run.sh");
      }
      await zip.close();
    });
});
