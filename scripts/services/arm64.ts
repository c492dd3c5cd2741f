import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { ensurePackages } from "./apt.ts";
import { command, say } from "./command.ts";
import type { CatalogEntry } from "./images/catalog.ts";
import { pythonImage } from "./images/debian.ts";
import { ensureImage } from "./images/ensure-images.ts";
import { ensureRegistry } from "./registry.ts";

const BINFMT = "/proc/sys/fs/binfmt_misc";
// ELF, 64 bit, little endian, executable or shared object, machine 0xb7; the mask leaves out the ABI byte.
const MAGIC = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
const MASK = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;

/**
 * The Python base image for both architectures, under its own name: a tag that other tests build on must not move while
 * they run.
 */
const BOTH: CatalogEntry = {
  repository: "fixtures/python-amd64-arm64",
  tag: "3.11-slim-bookworm",
  make: pythonImage,
  more: ["amd64", "arm64"],
};

/**
 * Lets this machine run linux/arm64 (qemu, by binfmt_misc). Takes minutes the first time: call it at the top of a test
 * file, where no time-out counts.
 * @returns reference of the Python base image as an index of amd64 and arm64
 */
export async function ensureArm64(): Promise<string> {
  await prepareArm64();
  return ensureImage({ address: await ensureRegistry() }, BOTH);
}

/** Prepares the emulation and the base's layer, which needs no registry. */
export async function prepareArm64(): Promise<void> {
  if (process.arch !== "arm64") await ensureEmulation();
  await pythonImage("arm64");
}

/**
 * The kernel keeps the registration until it restarts; flag F holds the interpreter open, so that containers see it.
 */
async function ensureEmulation(): Promise<void> {
  await ensurePackages({ "qemu-aarch64-static": "qemu-user-static" });
  if (!existsSync(`${BINFMT}/register`)) await command("mount", ["-t", "binfmt_misc", "binfmt_misc", BINFMT]);
  if (existsSync(`${BINFMT}/qemu-aarch64`)) return;
  say("registering qemu for arm64 programs");
  await writeFile(`${BINFMT}/register`, `:qemu-aarch64:M::${MAGIC}:${MASK}:/usr/bin/qemu-aarch64-static:F`);
}
