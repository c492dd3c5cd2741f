import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runTool } from "@imagespec/core/builder";
import { ensureServices, serviceEnvironment } from "../../scripts/services/services.ts";
import { CLI } from "../cli.ts";
import { type Measured, peakMegabytes } from "../measure.ts";
import type { Row, RowGroup } from "../row.ts";

/**
 * From a saved file to the first line that the program prints, with the sources mounted and with an image for each
 * change, against docker starting a container of the same image, which is the lower bound.
 */
export const watch: RowGroup = {
  name: "watch",
  async open(folder) {
    const services = await ensureServices();
    const env = { ...process.env, ...serviceEnvironment(services), IMAGESPEC_CACHE_DIR: join(folder, "cache") };
    const source = join(folder, "src");
    const says = (text: string) =>
      writeFile(join(source, "main.py"), `import time\nprint("${text}", flush=True)\ntime.sleep(1000)\n`);
    await mkdir(source);
    await says("first");
    const spec = {
      name: `bench/${randomBytes(4).toString("hex")}/watch`,
      registry: services.registry,
      baseImage: services.images.python,
      platform: "linux/amd64",
      sourceRoot: "src",
      builder: "uv-micromamba",
    };
    await writeFile(join(folder, "imagespec.json"), JSON.stringify(spec));
    const { stdout } = await runTool(process.execPath, [CLI, "build", "imagespec.json"], { env, cwd: folder });
    const image = stdout.trim();
    let watching: ChildProcess | undefined;
    const row = (name: string, ...options: string[]): Row => ({
      name: `watch: ${name}`,
      rival: "docker run",
      goal: 2,
      what: "ms",
      async prepare(round) {
        if (round > 0) return;
        await end(watching);
        await says(`${name} starts`);
        const args = [CLI, "run", "--watch", ...options, "imagespec.json", "--", "python3", "main.py"];
        watching = spawn(process.execPath, args, { env, cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
        await printed(watching, `${name} starts`);
      },
      async ours(round) {
        if (watching === undefined) throw new Error("prepare starts it");
        const [from, heard] = [performance.now(), printed(watching, `${name} ${round}`)];
        await says(`${name} ${round}`);
        await heard;
        return took(from, peakMegabytes(watching.pid));
      },
      async theirs(round) {
        const from = performance.now();
        const args = ["run", "--rm", "--init", "--mount", `type=bind,source=${source},target=/root`, image];
        const child = spawn("docker", [...args, "python3", "main.py"], { env, stdio: ["ignore", "pipe", "ignore"] });
        await printed(child, `${name} ${round}`);
        const result = took(from, peakMegabytes(child.pid));
        await end(child);
        return result;
      },
    });
    return {
      rows: [row("sources mounted", "--mount-source"), row("built into the image")],
      close: () => end(watching),
    };
  },
};

function took(from: number, megabytes: number): Measured {
  return { ms: performance.now() - from, cpu: 0, megabytes };
}

/** Waits for a program to print a text; rejects when it ends without. */
async function printed(child: ChildProcess, text: string): Promise<void> {
  let all = "";
  const ended = once(child, "close").then(() => {
    throw new Error(`the program ended before it printed "${text}"`);
  });
  const heard = new Promise<void>((resolve) => {
    child.stdout?.on("data", function hear(chunk) {
      all += chunk;
      if (!all.includes(text)) return;
      child.stdout?.off("data", hear);
      resolve();
    });
  });
  await Promise.race([heard, ended]);
  // That it ends later is no failure.
  ended.catch(() => undefined);
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "close");
}
