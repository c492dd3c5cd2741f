import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PackagesStep } from "@imagespec/core/builder";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { secretSettings } from "./secret-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secret-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function settings(target: string, text: string) {
  const path = join(folder, "secret");
  await writeFile(path, text);
  const step = { secrets: [{ id: "s0", target }] } as unknown as PackagesStep;
  return secretSettings(step, { s0: path });
}

describe("secretSettings", () => {
  it("gives uv a netrc by its path, and the download its logins", async () => {
    const { env, logins, redact } = await settings("/root/.netrc", "machine pypi.example login me password p/w\n");
    expect(env).toEqual({ NETRC: join(folder, "secret") });
    expect(logins).toEqual([{ host: "pypi.example", username: "me", password: "p/w" }]);
    expect(redact).toEqual(expect.arrayContaining(["p/w", "p%2Fw"]));
  });

  it("hides a token that is the whole login, and takes a percent sign as it is", async () => {
    const text = "machine a.example login t0ken\nmachine b.example login me password 50%\n";
    const { redact, logins } = await settings("/run/netrc", text);
    expect(redact).toContain("t0ken");
    expect(redact).not.toContain("me");
    expect(logins).toMatchObject([{ username: "t0ken", password: "" }, { password: "50%" }]);
  });

  it("gives git its settings by their path", async () => {
    const { env, logins } = await settings("/etc/gitconfig", "[user]\nname = x\n");
    expect(env).toEqual({ GIT_CONFIG_GLOBAL: join(folder, "secret") });
    expect(logins).toEqual([]);
  });

  it("names a file that is missing", async () => {
    const step = { secrets: [{ id: "s0", target: "/root/.netrc" }] } as unknown as PackagesStep;
    await expect(secretSettings(step, { s0: join(folder, "none") })).rejects.toMatchObject({ code: "E_INPUT_FILE" });
  });
});
