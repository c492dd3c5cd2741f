import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { ensurePackages } from "./apt.ts";
import { command, say } from "./command.ts";
import { pythonImage } from "./images/debian.ts";
import { ensureImages } from "./images/ensure-images.ts";
import { ensureRegistry } from "./registry.ts";

const BINFMT = "/proc/sys/fs/binfmt_misc";
// ELF, 64 bit, little endian, executable or shared object, machine 0xb7; the mask leaves out the ABI byte.
const MAGIC = String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00`;
const MASK = String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff`;

/**
 * Lets this machine run linux/arm64 (qemu, by binfmt_misc) and puts arm64 beside amd64 into the Python base image.
 * @returns reference of that index
 */
export async function ensureArm64(): Promise<string> {
  await prepareArm64();
  const { python } = await ensureImages({ address: await ensureRegistry() }, ["python"], ["amd64", "arm64"]);
  return python;
}

/** Emulation and the base's layer, without a registry. */
export async function prepareArm64(): Promise<void> {
  if (process.arch !== "arm64") await ensureEmulation();
  await pythonImage("arm64");
}

/** The kernel keeps the registration until it restarts; flag F holds the interpreter open, so that containers see it. */
async function ensureEmulation(): Promise<void> {
  await ensurePackages({ "qemu-aarch64-static": "qemu-user-static" });
  if (!existsSync(`${BINFMT}/register`)) await command("mount", ["-t", "binfmt_misc", "binfmt_misc", BINFMT]);
  if (existsSync(`${BINFMT}/qemu-aarch64`)) return;
  say("registering qemu for arm64 programs");
  await writeFile(`${BINFMT}/register`, `:qemu-aarch64:M::${MAGIC}:${MASK}:/usr/bin/qemu-aarch64-static:F`);
}
