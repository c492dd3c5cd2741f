import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runTool } from "@imagespec/core/builder";
import type { Repository } from "@imagespec/testkit";
import { type BuildPlace, CREDENTIALS } from "./build-place.ts";

/** Milliseconds in which a busy engine must have removed a container, and a tool whose caller is gone have ended. */
const PATIENCE = 30_000;

/**
 * What is left in a place when no build runs there: temporary files and folders, credentials, cache entries that are
 * not whole, tags without their blobs, processes and containers. Waits for the last two to go.
 */
export async function leftoversIn(place: BuildPlace): Promise<string[]> {
  const limit = performance.now() + PATIENCE;
  for (;;) {
    const running = [...(await processesOf(place)), ...(await containersOf(place))];
    if (running.length === 0 || performance.now() > limit) {
      return [...running, ...(await filesLeftIn(place)), ...brokenTags(place)];
    }
    await sleep(200);
  }
}

/** Tags that lead to a manifest or blob that the registry does not have. */
export function brokenTags({ registry }: BuildPlace): string[] {
  return [...registry.repositories].flatMap(([name, repository]) =>
    [...repository.tags].flatMap(([tag, digest]) =>
      missingBelow(repository, digest).map((lost) => `${name}:${tag} lacks ${lost}`),
    ),
  );
}

function missingBelow(repository: Repository, digest: string): string[] {
  const found = repository.manifests.get(digest);
  if (found === undefined) return [digest];
  const { manifests, config, layers } = JSON.parse(Buffer.from(found.bytes).toString()) as {
    manifests?: { digest: string }[];
    config?: { digest: string };
    layers?: { digest: string }[];
  };
  const children = (manifests ?? []).flatMap((child) => missingBelow(repository, child.digest));
  const blobs = [...(config ? [config] : []), ...(layers ?? [])].map((blob) => blob.digest);
  return [...children, ...blobs.filter((blob) => !repository.blobs.has(blob))];
}

async function filesLeftIn({ path, temporary, cache, runtime }: BuildPlace): Promise<string[]> {
  const left: string[] = [];
  for (const folder of [temporary, runtime]) {
    for (const name of await readdir(folder)) left.push(relative(path, join(folder, name)));
  }
  for (const file of await filesBelow(cache)) {
    const name = relative(path, file);
    const content = await readFile(file);
    if (CREDENTIALS.some((text) => content.includes(text))) left.push(`${name} holds a credential`);
    const fault = cacheFault(relative(cache, file), content);
    if (fault !== undefined) left.push(`${name} ${fault}`);
  }
  return left;
}

/**
 * What is wrong with a file of the cache, which may hold nothing but whole entries. uv and Node keep their own parts of
 * it.
 */
function cacheFault(path: string, content: Buffer): string | undefined {
  const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  const [top, kind, , name] = path.split("/");
  if (top === "uv" || path.startsWith("uv-micromamba/python/")) return undefined;
  if (/^compiled\/v[^/]+\/[0-9a-f]{8}$/.test(path)) return undefined;
  if (top === "uv-micromamba" && kind === "blobs") return name === sha256(content) ? undefined : "has other bytes";
  if (top === "uv-micromamba" && kind === "records") {
    const end = content.indexOf("\n");
    return content.subarray(0, end).toString() === sha256(content.subarray(end + 1)) ? undefined : "is not whole";
  }
  // One that breaks off counts as if it were not there.
  if (path === "platforms.json" || path === "uv-micromamba/looked-through") return undefined;
  if (top === "identities")
    return /^identities\/[0-9a-f]{64}\/(last|\w[\w.-]*\.json)$/.test(path) ? undefined : "is a draft";
  if (top === "stat" || top === "list") return /^(?:stat|list)\/[0-9a-f]{32}$/.test(path) ? undefined : "is a draft";
  return "is not an entry of the cache";
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Processes that run and were started with the place's folders in their environment. */
export async function processesOf({ path }: BuildPlace): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = pids.map(async (pid) => {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, "utf8").catch(() => "");
    if (!(await read("environ")).includes(path)) return [];
    return [`process ${pid}: ${(await read("cmdline")).replaceAll("\0", " ")}`];
  });
  return (await Promise.all(found)).flat();
}

/** Containers of this project's builders whose labels name the place's registry. */
async function containersOf({ host }: BuildPlace): Promise<string[]> {
  const format = '{{.ID}} {{.Status}} {{.Label "dev.imagespec.kaniko"}}';
  const { stdout } = await runTool("docker", [
    "ps",
    "--all",
    "--filter",
    "label=dev.imagespec.client",
    "--format",
    format,
  ]);
  return stdout
    .split("\n")
    .filter((line) => line.includes(host))
    .map((line) => `container ${line}`);
}
