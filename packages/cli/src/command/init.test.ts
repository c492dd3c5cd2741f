import { execFile, spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliFolder } from "../fixtures/cli-process.ts";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

let cli: CliFolder;
beforeEach(async () => {
  cli = await CliFolder.make();
});
afterEach(() => cli.remove());

describe("init", () => {
  it("writes a spec that the other commands take, and prints its path alone", async () => {
    await cli.write("requirements.txt", "six\n");
    await cli.write("Dockerfile", "FROM python:3.12-slim\nRUN make\n");
    const { code, stdout, stderr } = await cli.run(["init", "--yes"]);
    expect([code, stdout]).toEqual([0, `${join(cli.path, "imagespec.yaml")}\n`]);
    expect(stderr).toContain("note: Dockerfile: left out RUN make");
    expect(await readFile(join(cli.path, "imagespec.yaml"), "utf8")).toMatch(
      /^# Dockerfile: left out RUN make; commands can run it\n/,
    );
    const plan = JSON.parse((await cli.run(["plan"])).stdout) as { steps: { kind: string }[] };
    expect(plan.steps.map(({ kind }) => kind)).toContain("packages");
  });

  it.each(["imagespec.yaml", "imagespec.ts"])("overwrites nothing: %s", async (name) => {
    const file = await cli.write(name, "mine");
    const { code, stderr } = await cli.run(["init", "--yes"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${file} exists already`)]);
    expect(await readFile(file, "utf8")).toBe("mine");
  });

  it.each([
    ["a folder", (file: string) => mkdir(file)],
    ["a link that leads nowhere", (file: string) => symlink("nowhere", file)],
  ])("says what is in the way: %s", async (_, make) => {
    const file = join(cli.path, "imagespec.yaml");
    await make(file);
    const { code, stderr } = await cli.run(["init", "--yes"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`E_INPUT_FILE: ${file} exists already`)]);
  });

  it("refuses a --root that is no folder", async () => {
    const file = await cli.write("file", "");
    const { code, stderr } = await cli.run(["init", "--yes", "--root", file]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`E_INPUT_FILE: ${file} (--root) is not a folder`)]);
  });

  it("leaves nothing where the file cannot be written whole", async () => {
    const folder = join(cli.path, "project");
    await mkdir(folder);
    const command = `ulimit -f 0; exec "${process.execPath}" "${MAIN}" init --yes`;
    const { status, stderr } = spawnSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(/^error: E_OUTPUT: .*imagespec\.yaml cannot be written/),
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("asks nothing without a terminal", async () => {
    expect((await cli.run(["init"], { input: "" })).code).toBe(0);
  });

  const python = spawnSync("python3", ["--version"]).status === 0;
  it.runIf(python)(
    "asks on a terminal, takes no name that no image may have, and writes what was answered",
    async () => {
      // A terminal of Python's own: it answers each question once it has been asked.
      const script = `
import fcntl, os, pty, struct, sys, termios, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
seen = b""
answers = [(b"Name of the image", b"\\x7f" * 60 + b"a b\\r"), (b"Write it like", b"\\x7f" * 3 + b"train\\r"), (b"Registry", b"localhost:5000\\r")]
while True:
    try:
        part = os.read(fd, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if answers and answers[0][0] in seen:
        seen = b""
        for key in answers.pop(0)[1]:
            os.write(fd, bytes([key]))
            time.sleep(0.005)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`;
      await promisify(execFile)("python3", ["-c", script, process.execPath, MAIN, "init"], { cwd: cli.path });
      expect(await readFile(join(cli.path, "imagespec.yaml"), "utf8")).toBe(
        'name: train\nregistry: "localhost:5000"\n',
      );
    },
    30_000,
  );
});
