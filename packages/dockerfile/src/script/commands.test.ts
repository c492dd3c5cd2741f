import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseStepFault } from "../step-fault.ts";
import { commandsScript, inOneShell } from "./commands.ts";

it.each([
  ["one command with many quotes", ["echo ".padEnd(40_000, "'a' ")]],
  ["several long commands", ["echo ".padEnd(70_000, "a"), "echo ".padEnd(70_000, "b")]],
  ["very many short ones", Array.from({ length: 2000 }, () => "true")],
])("refuses commands that are too long for one shell before any work: %s", (_, commands) => {
  const user = { name: "flytekit", home: "/home/flytekit", workdir: "/root" } as const;
  const tools = { bin: "/bin", cache: undefined, requirements: "/requirements", ca: "/ca.pem" };
  const question = { environment: undefined, user, tools };
  expect(() => commandsScript({ ...question, step: { commands: commands.slice(0, 1), uvImage: "uv" } })).not.toThrow();
  expect(() => commandsScript({ ...question, step: { commands: [...commands, ...commands], uvImage: "uv" } })).toThrow(
    expect.objectContaining({
      code: "E_SPEC",
      message: expect.stringMatching(/^The commands are one script of \d+ bytes, /),
      faults: [expect.objectContaining({ path: ["commands"], code: "argument_size" })],
    }),
  );
});

it.each([
  ["removed", "rm -r $HOME/work"],
  ["moved", "mv $HOME/work $HOME/elsewhere"],
  ["replaced by a file", "rm -r $HOME/work; touch $HOME/work"],
  ["replaced by a link to nothing", "rm -r $HOME/work; ln -s nothing $HOME/work"],
  ["replaced by a link to itself", "rm -r $HOME/work; ln -s work $HOME/work"],
])("says that the working folder was %s", (_, command) => {
  const home = mkdtempSync(join(tmpdir(), "commands-"));
  try {
    const workdir = join(home, "work");
    const user = { name: userInfo().username, home, workdir } as never;
    const tools = { bin: "/bin", cache: undefined, requirements: "/requirements", ca: "/ca.pem" };
    const go = (commands: string[]) => {
      mkdirSync(workdir, { recursive: true });
      const script = commandsScript({ step: { commands, uvImage: "uv" }, environment: undefined, user, tools });
      return spawnSync("/bin/sh", ["-c", script.join(" ")], { encoding: "utf8", env: { ...process.env, HOME: home } });
    };
    expect(go(["true", "mv $HOME/work $HOME/other; mkdir $HOME/work"])).toMatchObject({ status: 0, stderr: "" });
    const { status, stderr } = go([command]);
    expect(status).toBe(65);
    expect(stderr.split("\n").map(parseStepFault).find(Boolean)).toEqual({
      code: "E_BUILD",
      message: `the commands removed ${workdir}, the folder in which the image starts`,
    });
  } finally {
    rmSync(home, { recursive: true });
  }
});

function run(...commands: string[]) {
  const script = `${inOneShell(commands).join(" ")} echo END`;
  const { status, stdout, stderr } = spawnSync("/bin/sh", ["-c", script], { encoding: "utf8" });
  return { status, stdout, fault: stderr.split("\n").map(parseStepFault).find(Boolean)?.message };
}

const TAKEN = "a command replaced the shell, as exec does, before the commands after it ran";

describe("inOneShell", () => {
  it("carries folder and variables on, whatever the commands end in", () => {
    const commands = [
      "cd /tmp",
      "X=1 # one",
      "# nothing else",
      "echo a;",
      ":&",
      "false || true",
      'cat <<EOF\n$PWD "$X"\nEOF',
      "if true; then\n  echo b\nfi",
      "C=c\\",
      "",
    ];
    expect(run(...commands)).toEqual({ status: 0, stdout: 'a\n/tmp "1"\nb\nEND\n', fault: undefined });
  });

  it.each([
    [["no-such-program", "echo never || true"], 127, "commands[0] ended with exit code 127"],
    [["true", "exit 3", "echo never"], 3, "commands[1] ended with exit code 3"],
    [["exit 0", "echo never"], 1, "commands[0] ended the shell before the commands after it ran"],
    [["return 0", "echo never"], 1, "commands[0] ended the shell before the commands after it ran"],
    [["exec true", "echo never"], 1, TAKEN],
    [["true", "exec sh -c 'exit 0'", "echo never"], 1, TAKEN],
    [["exec false", "echo never"], 1, undefined],
    [["trap - EXIT; exit 0", "echo never"], 1, TAKEN],
    [["trap 'exit 0' EXIT", "false", "echo never"], 1, TAKEN],
    [["set -n", "echo never"], 1, TAKEN],
    [["(exit 222)", "echo never"], 1, "commands[0] ended with exit code 222"],
    [["set -e", "false; true"], 1, "commands[1] ended with exit code 1"],
    [["true", "echo 'open", "echo 'closed'"], 2, "commands[1] ended with exit code 2"],
    [["true &&", "true"], 2, "commands[0] ended with exit code 2"],
    [["true | false", "true"], 1, "commands[0] ended with exit code 1"],
  ])("%j ends with %i", (commands, status, fault) => {
    expect(run(...commands)).toEqual({ status, stdout: "", fault });
  });

  it("lets the last one end the shell", () => {
    expect(run("true", "exit 0")).toMatchObject({ status: 0, stdout: "END\n" });
    expect(run("exec true")).toMatchObject({ status: 0, stdout: "END\n" });
  });

  it("lets commands clean up when the shell ends", () => {
    expect(run("trap 'echo bye' EXIT", "echo a")).toMatchObject({ status: 0, stdout: "a\nbye\nEND\n" });
  });
});
