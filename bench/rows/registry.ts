import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
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
  { name: "2000 blobs of 2 kB", count: 2000, bytes: 2000 },
];

type Tool = Record<"push" | "pull", (layout: string, name: string) => [command: string, args: string[]]>;
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

/** Pushing and pulling the same images over loopback, to and from a registry that is started for it. */
export const registry: RowGroup = {
  name: "registry",
  async open(folder) {
    const server = await startRegistry(folder);
    const rows: Row[] = [];
    for (const { name, ...size } of IMAGES) {
      const layout = await makeLayout(join(folder, `layout-${size.count}`), size);
      for (const [rival, tool] of Object.entries(RIVALS)) {
        const path = `${server.address}/${rival}-${size.count}`;
        const pulled = join(folder, "pulled");
        const push = (one: Tool, side: string) => (round: number) =>
          measure(...one.push(layout, `${path}-${side}-${round}`));
        const pull = (one: Tool, side: string) => async () => {
          await rm(pulled, { recursive: true, force: true });
          return measure(...one.pull(pulled, `${path}-${side}-0`));
        };
        const common = { rival, what: "ms", goal: 1 } as const;
        rows.push({ ...common, name: `push: ${name}`, ours: push(OURS, "ours"), theirs: push(tool, "theirs") });
        // Each pulls what it pushed itself in the first round.
        rows.push({ ...common, name: `pull: ${name}`, ours: pull(OURS, "ours"), theirs: pull(tool, "theirs") });
      }
    }
    return { rows, close: server.close };
  },
};

async function startRegistry(folder: string): Promise<{ address: string; close(): Promise<void> }> {
  const port = await freePort(5055);
  const config = join(folder, "registry.yml");
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
    async close() {
      server.kill();
      await ended;
    },
  };
}
