import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cached } from "./cache.ts";
import { command, say } from "./command.ts";
import { freePort } from "./free-port.ts";

const MANIFEST = fileURLToPath(new URL("./npm-registry/package.json", import.meta.url));
const START_SECONDS = 60;

/** A registry of npm packages on the loopback. */
export interface NpmRegistry {
  /** Such as `http://127.0.0.1:4873/`. */
  url: string;
  /** Path of Yarn, a program for Node. */
  yarn: string;
  stop(): Promise<void>;
}

/**
 * Starts verdaccio with empty storage. It serves our scope itself, and anybody may publish; everything else comes from
 * the registry that npm is configured to use on this machine.
 */
export async function startNpmRegistry(): Promise<NpmRegistry> {
  const programs = await ensurePrograms();
  const folder = await mkdtemp(join(tmpdir(), "npm-registry-"));
  const upstream = (await command("npm", ["config", "get", "registry"])).trim();
  const port = await freePort(4873);
  const url = `http://127.0.0.1:${port}/`;
  const own = { access: "$all", publish: "$all", unpublish: "$all" };
  const config = {
    storage: join(folder, "storage"),
    uplinks: { upstream: { url: upstream, maxage: "60m" } },
    packages: { "@imagespec/*": own, "imagespec-builder-*": own, "**": { access: "$all", proxy: "upstream" } },
    max_body_size: "100mb",
    log: { type: "stdout", format: "json", level: "warn" },
  };
  // JSON is YAML.
  await writeFile(join(folder, "config.yaml"), JSON.stringify(config));
  const program = join(programs, "node_modules/verdaccio/bin/verdaccio");
  const args = [program, "--config", join(folder, "config.yaml"), "--listen", `127.0.0.1:${port}`];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000);
    });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
    await rm(folder, { recursive: true, force: true });
  };
  for (const deadline = Date.now() + START_SECONDS * 1000; ; await sleep(100)) {
    const ready = await fetch(`${url}-/ping`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) break;
    if (child.exitCode === null && Date.now() < deadline) continue;
    await stop();
    throw new Error(`verdaccio did not start:\n${log}`);
  }
  say(`npm registry runs on ${url}`);
  return { url, yarn: join(programs, "node_modules/@yarnpkg/cli-dist/bin/yarn.js"), stop };
}

/** The folder with verdaccio and Yarn, as npm-registry/package.json names them. */
async function ensurePrograms(): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(MANIFEST, "utf8")) as { dependencies: Record<string, string> };
  const name = `verdaccio-${dependencies.verdaccio}-yarn-${dependencies["@yarnpkg/cli-dist"]}`;
  return cached(`tools/${name}`, async (folder) => {
    say(`installing verdaccio ${dependencies.verdaccio}`);
    await copyFile(MANIFEST, join(folder, "package.json"));
    await command("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"], {
      cwd: folder,
    });
  });
}
