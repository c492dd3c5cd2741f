import { on } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { execa } from "execa";
import { describe, expect, test, vi } from "vitest";
import { serviceEnvironment } from "../../scripts/services/services.ts";
import { dockerBuilds } from "../support/docker-builds.ts";
import { SCRIPT } from "../support/imagespec-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { builds, services } = await dockerBuilds();
const env = { ...serviceEnvironment(services), NO_COLOR: "1" };

const spec = (name: string) => `name: contract/${builds.run}/${name}
registry: ${services.registry}
base_image: ${services.images.python}
builder: uv-micromamba
source_root: src
`;

const PROGRAM = `import sys
print("first", sys.argv[1:], sys.stdin.read())
sys.exit(7)
`;

const project = (name: string, program = PROGRAM) =>
  temporaryFolder({ "imagespec.yaml": spec(name), "src/main.py": program });

/** Starts the CLI in a folder. */
const start = (cwd: string, args: readonly string[], input = "") =>
  execa(SCRIPT, args, { cwd, env, input, reject: false });

/** Waits until a program in the container has printed this. */
async function said(running: ReturnType<typeof start>, text: string): Promise<void> {
  let all = "";
  for await (const chunk of on(running.stdout, "data")) {
    all += chunk;
    if (all.includes(text)) return;
  }
}

/** Containers of these images, running or not. */
async function containersOf(name: string): Promise<unknown[]> {
  const request = { method: "GET", path: "/containers/json?all=true" } as const;
  const all = (await builds.docker.request(request, json)) as { Image: string }[];
  return all.filter(({ Image }) => Image.includes(`/${builds.run}/${name}`));
}

describe("run", () => {
  test("runs a program with arguments and input, and ends with its exit code", async () => {
    await using folder = await project("run");
    const built = await start(folder.path, ["run", "--", "python3", "main.py", "--flag", "a b"], "what is read");
    expect(built, built.stderr).toMatchObject({ exitCode: 7, stdout: "first ['--flag', 'a b'] what is read" });
  });

  test("--mount-source shows this machine's folders, including files that are no sources", async () => {
    await using folder = await temporaryFolder({
      "imagespec.yaml": spec("mount"),
      "src/pkg/main.py": 'print(open("pkg/notes.txt").read())',
      "src/pkg/notes.txt": "of this machine",
    });
    const baked = await start(folder.path, ["run", "--", "python3", "pkg/main.py"]);
    expect(baked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("No such file") });
    const mounted = await start(folder.path, ["run", "--mount-source", "--", "python3", "pkg/main.py"]);
    expect(mounted, mounted.stderr).toMatchObject({ exitCode: 0, stdout: "of this machine" });
  });

  test("stops a program that ignores SIGTERM, and leaves no container", async () => {
    await using folder = await project("stop", "import time; print('here', flush=True); time.sleep(1000)");
    const running = start(folder.path, ["run", "--", "python3", "main.py"]);
    await said(running, "here");
    running.kill("SIGTERM");
    expect((await running).exitCode).toBe(130);
    expect(await containersOf("stop")).toEqual([]);
  });
});

test("shell reads commands from standard input, as the image's user in its environment", async () => {
  await using folder = await project("shell");
  const shell = await start(folder.path, ["shell"], "whoami; pwd; ls\nexit 5\n");
  expect(shell, shell.stderr).toMatchObject({
    exitCode: 5,
    stdout: "flytekit\n/root\nmain.py",
  });
});

describe.each([["--mount-source"], []])("run --watch %s", (...args) => {
  test("runs again when a file is saved, and leaves nothing when it is interrupted", async () => {
    const name = args.length === 0 ? "watch" : "watch-mounted";
    // The first process of a container ignores SIGTERM by default, so the program should not be that.
    const says = (word: string) =>
      `import os, time; print("${word}" if os.getpid() != 1 else "first process", flush=True); time.sleep(1000)`;
    await using folder = await project(name, says("one"));
    const running = start(folder.path, ["run", "--watch", ...args, "--", "python3", "main.py"]);
    await said(running, "one");
    await writeFile(join(folder.path, "src/main.py"), says("two"));
    await said(running, "two");
    running.kill("SIGINT");
    const { exitCode, stdout, stderr } = await running;
    expect(stdout.split(/\s+/)).toEqual(["one", "two"]);
    expect(stderr).toContain("src/main.py changed");
    expect(exitCode).toBe(130);
    await vi.waitFor(async () => expect(await containersOf(name)).toEqual([]), { timeout: 10_000 });
  });
});
