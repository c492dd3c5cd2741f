import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../scripts/services/free-port.ts";
import { measure } from "../measure.ts";
import { makeLayout } from "../registry/make-layout.ts";
import type { Row, RowGroup } from "../row.ts";

const TRANSFER = fileURLToPath(new URL("../registry/transfer.mjs", import.meta.url));
const IMAGES = [
  { name: "500 MB in 20 layers", count: 20, bytes: 25_000_000 },
  { name: "500 blobs of 2 kB", count: 500, bytes: 2000 },
];

type Command = [command: string, args: string[]];
interface Tool {
  push(layout: string, name: string): Command;
  pull(layout: string, name: string): Command;
}
const OURS: Tool = {
  push: (layout, name) => [process.execPath, [TRANSFER, "push", layout, name]],
  pull: (layout, name) => [process.execPath, [TRANSFER, "pull", name, layout]],
};
const RIVALS: Record<string, Tool> = {
  crane: {
    push: (layout, name) => ["crane", ["push", layout, `${name}:bench`]],
    pull: (layout, name) => ["crane", ["pull", "--format=oci", `${name}:bench`, layout]],
  },
  skopeo: {
    push: (layout, name) => [
      "skopeo",
      ["copy", "--dest-tls-verify=false", `oci:${layout}:bench`, `docker://${name}:bench`],
    ],
    pull: (layout, name) => [
      "skopeo",
      ["copy", "--src-tls-verify=false", `docker://${name}:bench`, `oci:${layout}:bench`],
    ],
  },
};

/**
 * Pushing the same image over loopback to a registry that is empty each time, and pulling it from one that holds it.
 * Nothing is known beforehand: skopeo would mount what it remembers to have pushed elsewhere.
 */
export const registry: RowGroup = {
  name: "registry",
  async open(folder) {
    const [pulled, memory] = [join(folder, "pulled"), join(folder, "memory")];
    const run = async (command: Command) => {
      for (const left of [pulled, memory]) await rm(left, { recursive: true, force: true });
      return measure(...command, { env: { ...process.env, XDG_DATA_HOME: memory, _CONTAINERS_ROOTLESS_UID: "1" } });
    };
    const full = await startRegistry(join(folder, "full"));
    const rows: Row[] = [];
    for (const { name, ...size } of IMAGES) {
      const layout = await makeLayout(join(folder, `layout-${size.count}`), size);
      const image = `${full.address}/bench-${size.count}`;
      await run(OURS.push(layout, image));
      const push = (tool: Tool) => async () => {
        await using empty = await startRegistry(join(folder, "empty"));
        return await run(tool.push(layout, `${empty.address}/bench`));
      };
      const pull = (tool: Tool) => () => run(tool.pull(pulled, image));
      for (const [rival, tool] of Object.entries(RIVALS)) {
        const common = { rival, what: "ms", goal: 1 } as const;
        rows.push({ ...common, name: `push: ${name}`, ours: push(OURS), theirs: push(tool) });
        rows.push({ ...common, name: `pull: ${name}`, ours: pull(OURS), theirs: pull(tool) });
      }
    }
    return { rows, close: () => full[Symbol.asyncDispose]() };
  },
};

/** A registry that keeps what it is sent below `folder`, and removes it at the end. */
async function startRegistry(folder: string): Promise<{ address: string; [Symbol.asyncDispose](): Promise<void> }> {
  const port = await freePort(5055);
  const config = join(folder, "registry.yml");
  await mkdir(folder);
  await writeFile(
    config,
    `version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage: {filesystem: {rootdirectory: ${folder}/storage}}\nhttp: {addr: "127.0.0.1:${port}"}\n`,
  );
  const server = spawn("docker-registry", ["serve", config], { stdio: "ignore" });
  const ended = once(server, "close").catch(() => undefined);
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) await sleep(50);
  return {
    address: `localhost:${port}`,
    async [Symbol.asyncDispose]() {
      server.kill();
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}
