import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { containerArguments, findContainerCommand } from "./run-container.ts";

const run = { image: "app:1", command: [], mounts: [], input: true, terminal: false };

describe("containerArguments", () => {
  it("leaves the image what it starts by itself, and runs a program in its place", () => {
    expect(containerArguments("docker", run, "n")).toEqual(["--rm", "--name", "n", "--interactive", "app:1"]);
    const command = ["python", "-c", "print(1)"];
    expect(containerArguments("docker", { ...run, command, terminal: true, init: true }, "n")).toEqual([
      "--rm",
      "--name",
      "n",
      "--interactive",
      "--tty",
      "--init",
      "--entrypoint",
      "python",
      "app:1",
      "-c",
      "print(1)",
    ]);
    expect(containerArguments("podman", { ...run, input: false }, "n")).not.toContain("--interactive");
  });

  it("mounts, and names GPUs as each command does", () => {
    const mounts = [{ source: "/work/a b", target: "/root/a b" }];
    expect(containerArguments("nerdctl", { ...run, mounts, gpus: "all" }, "n")).toEqual([
      "--rm",
      "--name",
      "n",
      "--interactive",
      "--gpus",
      "all",
      "--mount",
      "type=bind,source=/work/a b,target=/root/a b",
      "app:1",
    ]);
    expect(containerArguments("podman", { ...run, gpus: "device=0" }, "n")).toContain("nvidia.com/gpu=0");
    expect(() =>
      containerArguments("docker", { ...run, mounts: [{ source: "/a,b", target: "/root/a" }] }, "n"),
    ).toThrow(expect.objectContaining({ code: "E_OPTIONS" }));
  });
});

describe("findContainerCommand", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "commands-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("takes the one named, else the first that is installed", async () => {
    for (const name of ["podman", "nerdctl"]) {
      await writeFile(join(folder, name), "");
      await chmod(join(folder, name), 0o755);
    }
    const env = { PATH: `/nonexistent:${folder}` };
    expect(await findContainerCommand(undefined, env)).toBe("podman");
    expect(await findContainerCommand("nerdctl", env)).toBe("nerdctl");
    await expect(findContainerCommand("docker", env)).rejects.toMatchObject({ code: "E_TOOL_MISSING" });
    await expect(findContainerCommand("runc", env)).rejects.toMatchObject({ code: "E_OPTIONS" });
    await expect(findContainerCommand(undefined, {})).rejects.toMatchObject({ code: "E_TOOL_MISSING" });
  });
});
