import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { debianMirror, ensurePackages } from "./apt.ts";
import { cached } from "./cache.ts";
import { command, say } from "./command.ts";

/** Debian signs its suites with these keys. */
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Folder that holds the plug-in `docker-buildx`. Nothing is installed: a test in which docker should see it links it
 * into `cli-plugins` of a DOCKER_CONFIG of its own.
 */
export function ensureBuildx(): Promise<string> {
  return cached("tools/buildx/sid", async (folder) => {
    await ensurePackages({ "dpkg-deb": "dpkg", [KEYRING]: "debian-archive-keyring" });
    say("downloading the buildx plug-in");
    const work = join(folder, "work");
    for (const name of ["parts", "lists/partial", "cache/archives/partial"])
      await mkdir(join(work, name), { recursive: true });
    await writeFile(join(work, "sources.list"), `deb [signed-by=${KEYRING}] ${await debianMirror()} sid main\n`);
    const places = { sourcelist: "sources.list", sourceparts: "parts" };
    const apt = [
      "-qq",
      ...Object.entries(places).map(([key, path]) => `-oDir::Etc::${key}=${join(work, path)}`),
      `-oDir::State::lists=${join(work, "lists")}`,
      `-oDir::Cache=${join(work, "cache")}`,
      "-oAPT::Sandbox::User=root",
    ];
    await command("apt-get", [...apt, "update"]);
    await command("apt-get", [...apt, "download", "docker-buildx"], { cwd: work });
    const deb = (await readdir(work)).find((name) => name.endsWith(".deb"));
    await command("dpkg-deb", ["-x", join(work, String(deb)), join(work, "content")]);
    await copyFile(join(work, "content/usr/libexec/docker/cli-plugins/docker-buildx"), join(folder, "docker-buildx"));
    await rm(work, { recursive: true });
  });
}
