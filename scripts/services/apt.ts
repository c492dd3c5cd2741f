import { existsSync } from "node:fs";
import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { command, findProgram, say } from "./command.ts";
import { withLock } from "./lock.ts";

/**
 * Installs the Debian packages whose program is not on PATH yet, without starting their services.
 * @param programs the package's name, by the program (or absolute path) that is needed
 * @throws Error naming what to install where this is not Debian or not root
 */
export async function ensurePackages(programs: Record<string, string>): Promise<void> {
  const missing = () => Object.keys(programs).filter((name) => !isThere(name));
  if (missing().length === 0) return;
  await withLock("apt", async () => {
    const packages = [...new Set(missing().map((name) => programs[name] ?? name))];
    if (packages.length === 0) return;
    if (findProgram("apt-get") === undefined || process.getuid?.() !== 0) {
      throw new Error(`${missing().join(", ")} not found; install ${packages.join(" ")} (as root: apt-get install)`);
    }
    say(`installing ${packages.join(" ")}`);
    const env = { DEBIAN_FRONTEND: "noninteractive" };
    const install = ["install", "-y", "-qq", "--no-install-recommends", ...packages];
    await withoutServices(async () => {
      await command("apt-get", install, { env }).catch(async () => {
        // The package lists may be old or empty: after they are fetched, a second failure is final.
        await command("apt-get", ["update", "-qq"], { env });
        await command("apt-get", install, { env });
      });
    });
    if (missing().length > 0)
      throw new Error(`${missing().join(", ")} not found after installing ${packages.join(" ")}`);
  });
}

/** The package mirror this machine installs from, which the base images are made from too. */
export async function debianMirror(): Promise<string> {
  const files = ["/etc/apt/sources.list.d/debian.sources", "/etc/apt/sources.list"];
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => "");
    const mirror = /^URIs:\s*(\S+)/m.exec(text) ?? /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)/m.exec(text);
    if (mirror?.[1] !== undefined) return mirror[1];
  }
  throw new Error(`no package mirror found in ${files.join(" or ")}; base images are made from Debian's packages`);
}

const isThere = (name: string) => (name.startsWith("/") ? existsSync(name) : findProgram(name) !== undefined);

/** Debian starts the services it installs unless policy-rc.d forbids it; an existing policy is left alone. */
async function withoutServices(install: () => Promise<void>): Promise<void> {
  const policy = "/usr/sbin/policy-rc.d";
  if (existsSync(policy)) return install();
  await writeFile(policy, "#!/bin/sh\nexit 101\n");
  await chmod(policy, 0o755);
  try {
    await install();
  } finally {
    await rm(policy, { force: true });
  }
}
