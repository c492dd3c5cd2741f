import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImageSpec } from "../image-spec/image-spec.ts";
import { runtimeCommand } from "./runtime-command.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "runtime-"));
  mkdirSync(join(root, "bin"));
  mkdirSync(join(root, "home"));
  for (const tool of ["mkdir", "mktemp", "env", "printf"])
    symlinkSync(execFileSync("which", [tool], { encoding: "utf8" }).trim(), join(root, "bin", tool));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A program on the PATH of the container that logs its arguments, one a line, and makes the folder after --target. */
function program(name: string, extra = ""): void {
  const script = `#!/bin/sh
for argument; do printf '%s\\n' "${name}:$argument" >>"${root}/log"; [ "$previous" = --target ] && printf ok >"$argument/installed"; previous=$argument; done
${extra}`;
  writeFileSync(join(root, "bin", name), script);
  chmodSync(join(root, "bin", name), 0o755);
}

function run(spec: ImageSpec, argv: string[], env: Record<string, string> = {}) {
  const [command = "", ...args] = runtimeCommand(spec, argv);
  return spawnSync(command, args, {
    encoding: "utf8",
    env: { PATH: join(root, "bin"), HOME: join(root, "home"), ...env },
  });
}

const log = () => (existsSync(join(root, "log")) ? readFileSync(join(root, "log"), "utf8").trim().split("\n") : []);
const spec = new ImageSpec({
  runtimePackages: ["ipdb", "it's; x @ https://host/'$x.whl"].slice(0, 1),
  pipIndex: "https://host/simple",
});

describe("runtimeCommand", () => {
  it("is the command alone without runtime packages", () => {
    expect(runtimeCommand(new ImageSpec(), ["a", "b c"])).toEqual(["/bin/sh", "-c", 'exec "$@"', "sh", "a", "b c"]);
    expect(run(new ImageSpec(), ["printf", "%s|", "a b", "$x", "it's"]).stdout).toBe("a b|$x|it's|");
  });

  it("installs with uv, puts the folder first and becomes the command", () => {
    program("uv", "printf noise");
    program("python");
    const { stdout, status } = run(spec, ["env"], { PYTHONPATH: "/root" });
    expect(status).toBe(0);
    const [, folder = ""] = /^PYTHONPATH=(.*):\/root$/m.exec(stdout) ?? [];
    expect(folder).toMatch(new RegExp(`^${root}/home/\\.imagespec/[a-z2-7]{26}$`));
    expect(stdout).toMatch(new RegExp(`^PATH=${folder}/bin:`, "m"));
    expect(stdout).not.toContain("noise");
    expect(readFileSync(join(folder, "installed"), "utf8")).toBe("ok");
    expect(log()).toEqual(
      [
        "pip",
        "install",
        "--quiet",
        "--no-config",
        "--python",
        join(root, "bin/python"),
        "--target",
        folder,
        "--index-url",
        "https://host/simple",
        "ipdb",
      ].map((argument) => `uv:${argument}`),
    );
    // A second start finds everything there.
    expect(run(spec, ["env"]).status).toBe(0);
    expect(log()).toHaveLength(11);
    // Other packages have a folder of their own.
    expect(run(spec.withRuntimePackages("other"), ["env"]).status).toBe(0);
    expect(log().length).toBeGreaterThan(11);
  });

  it("installs with pip where there is no uv, also under the name python3", () => {
    program("python3");
    expect(run(spec, ["printf", "hello"]).stdout).toBe("hello");
    expect(log().slice(0, 6)).toEqual(
      ["-m", "pip", "--version", "-m", "pip", "install"].map((argument) => `python3:${argument}`),
    );
  });

  it("exits with 127 and says to add pip where neither is there", () => {
    for (const prepare of [() => {}, () => program("python", "exit 1")]) {
      prepare();
      const { status, stdout, stderr } = run(spec, ["printf", "hello"]);
      expect(status).toBe(127);
      expect(stdout).toBe("");
      expect(stderr).toContain("add pip to the spec's packages");
    }
  });

  it("passes on the failure of the installer and the status of the command", () => {
    program("uv", "printf 'no such package' >&2; exit 3");
    const failed = run(spec, ["printf", "hello"]);
    expect([failed.status, failed.stdout, failed.stderr]).toEqual([3, "", "no such package"]);
    program("uv");
    expect(run(spec, ["/bin/sh", "-c", "exit 7"]).status).toBe(7);
  });

  it("works without a home it can write to", () => {
    program("uv");
    const { stdout, status } = run(spec, ["env"], { HOME: "/dev/null" });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^PYTHONPATH=\/tmp\//m);
  });

  it("gives packages to the installer as they are", () => {
    program("uv");
    const odd = new ImageSpec({ runtimePackages: ["x; python_version > '3.9' and extra == \"$HOME`id`\""] });
    expect(run(odd, ["printf", ""]).status).toBe(0);
    expect(log().at(-1)).toBe("uv:x; python_version > '3.9' and extra == \"$HOME`id`\"");
  });
});
