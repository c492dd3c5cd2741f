// npm run quickstart: starts a registry with a base image, builds examples/quickstart and starts a container of it.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { baseLayerName } from "./services/images/debian.ts";
import { ensureImages } from "./services/images/ensure-images.ts";
import { hasLayer } from "./services/layer.ts";
import { answersAnonymously, ensureRegistry } from "./services/registry.ts";
import { registryMirrors } from "./services/services.ts";
import { hostArchitecture } from "./services/uv.ts";
import { startImage } from "./start-image.ts";

const REGISTRY = "localhost:5000";
const example = fileURLToPath(new URL("../examples/quickstart/", import.meta.url));
const cli = fileURLToPath(new URL("../packages/cli/dist/main.js", import.meta.url));
const tell = (text: string) => console.error(text);

try {
  process.exitCode = await quickstart();
} catch (error) {
  tell(`quickstart: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function quickstart(): Promise<number> {
  const started = performance.now();
  const registry = (await answersAnonymously(REGISTRY)) ? REGISTRY : await ensureRegistry();
  if (registry !== REGISTRY) {
    throw new Error(`${REGISTRY} is taken by something that is not a registry; free the port and run this again`);
  }
  const mirrors = (await needsOwnBase()) ? await ownBase() : {};
  const outcome = await build({ ...process.env, ...mirrors });
  const took = `${((performance.now() - started) / 1000).toFixed(2)} s`;
  if (outcome.status === "built") tell(`quickstart: built and pushed ${outcome.reference} in ${took}`);
  else tell(`quickstart: nothing had to be built, the registry has ${outcome.reference} (${took})`);
  tell("quickstart: the container says:");
  return startImage(`${outcome.reference}@${outcome.digest}`, REGISTRY);
}

/** Whether Docker Hub is out of reach. Once a base has been made here, it is used again without asking. */
async function needsOwnBase(): Promise<boolean> {
  if (hasLayer(baseLayerName("python", hostArchitecture()))) return true;
  const asked = fetch("https://registry-1.docker.io/v2/", { signal: AbortSignal.timeout(5000) });
  return asked.then(({ status }) => status !== 401 && status !== 200).catch(() => true);
}

async function ownBase(): Promise<NodeJS.ProcessEnv> {
  await ensureImages({ address: REGISTRY }, ["python", "uv"]);
  return { IMAGESPEC_REGISTRY_MIRRORS: registryMirrors(REGISTRY) };
}

/** Runs `imagespec build --json` in the example's folder, prints its steps and returns its outcome. */
async function build(env: NodeJS.ProcessEnv): Promise<{ status: string; reference: string; digest: string }> {
  const child = spawn(process.execPath, [cli, "build", "--json"], {
    cwd: example,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  let last: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line);
    if (last.type === "step" && last.status !== "started") tell(`  ${last.status} ${last.name}`);
    else if (last.type === "log") tell(`    ${last.line}`);
    else if (last.type === "warning" || last.type === "error")
      tell(`  ${last.type}: ${last.message}\n  ${last.hint ?? ""}`);
  }
  const code = await ended;
  const { status, reference, digest } = last;
  if (code !== 0 || !status || !reference || !digest) process.exit(code || 1);
  return { status, reference, digest };
}
