import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createContainer, runContainer } from "./running-container.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "running-"));
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const run = { image: "app:1", command: [], mounts: [], input: false, terminal: false };

/** Stands for docker: takes down what it is asked, and does this for each command. */
async function docker(cases: string, name = "docker"): Promise<void> {
  const script = `#!/bin/sh\necho "$*" >> "${folder}/asked"\ncase $1 in\n${cases}\nesac\n`;
  await writeFile(join(folder, name), script, { mode: 0o755 });
}

/** What docker was asked, with the container's name as NAME. */
async function asked(): Promise<string[]> {
  const text = await readFile(join(folder, "asked"), "utf8").catch(() => "");
  return text
    .trim()
    .replace(/imagespec-[0-9a-f-]{36}/g, "NAME")
    .split("\n");
}

it("starts a container once it is made, and tells the program's exit code", async () => {
  await docker("start) exit 7 ;;");
  expect(await createContainer("docker", run).start().ended).toBe(7);
  expect(await asked()).toEqual(["create --rm --name NAME app:1", "start --attach NAME"]);
});

it("runs a program by one command where nothing is to be made before", async () => {
  await docker("run) exit 7 ;;");
  expect(await runContainer("docker", { ...run, input: true }, new AbortController().signal)).toBe(7);
  expect(await asked()).toEqual(["run --rm --name NAME --interactive app:1"]);
});

it("adds 128 to the number of the signal that ends the client", async () => {
  await docker("run) kill -KILL $$ ;;");
  expect(await runContainer("docker", run, new AbortController().signal)).toBe(137);
});

it("makes nothing ahead with nerdctl, whose containers made ahead have no terminal", async () => {
  await docker("run) exit 7 ;;", "nerdctl");
  await createContainer("nerdctl", run).remove();
  expect(await createContainer("nerdctl", run).start().ended).toBe(7);
  expect(await asked()).toEqual(["run --rm --name NAME app:1"]);
});

it("starts nothing where the container cannot be made", async () => {
  await docker("create) exit 125 ;;");
  expect(await createContainer("docker", run).start().ended).toBe(125);
  expect(await asked()).toEqual(["create --rm --name NAME app:1"]);
});

it("starts nothing that is stopped while it is being made, and removes it", async () => {
  await docker("create) exec sleep 60 ;;\nkill) exit 1 ;;");
  const container = createContainer("docker", run).start();
  await vi.waitFor(async () => expect(await asked()).toHaveLength(1));
  await container.stop();
  expect(await container.ended).toBe(143);
  expect(await asked()).toEqual(["create --rm --name NAME app:1", "kill --signal TERM NAME", "rm --force NAME"]);
});

it("removes a container that is just being started, when its client goes on", async () => {
  const gone = join(folder, "gone");
  const start = `trap '' TERM; echo ready >>"${folder}/asked"; while [ ! -e "${gone}" ]; do sleep 0.05; done`;
  await docker(`start) ${start} ;;\nkill) exit 1 ;;\nrm) touch "${gone}" ;;`);
  const container = createContainer("docker", run).start();
  await vi.waitFor(async () => expect(await asked()).toContain("ready"));
  await container.stop(50);
  expect((await asked()).slice(3)).toEqual(["kill --signal TERM NAME", "rm --force NAME", "rm --force NAME"]);
});

it("removes a container that was not started", async () => {
  await docker("");
  await createContainer("docker", run).remove();
  expect(await asked()).toEqual(["create --rm --name NAME app:1", "rm --force NAME"]);
});

it("says that the command cannot be started", async () => {
  vi.stubEnv("PATH", folder);
  await expect(createContainer("docker", run).start().ended).rejects.toMatchObject({ code: "E_TOOL_MISSING" });
});
