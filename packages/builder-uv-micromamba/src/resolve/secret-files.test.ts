import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PackagesStep } from "@imagespec/core/builder";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseNetrc, secretKind, secretSettings } from "./secret-files.ts";

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
    const { env, logins, hidden } = await settings("/root/.netrc", "machine pypi.example login me password p/w\n");
    expect(env).toEqual({ NETRC: join(folder, "secret") });
    expect(logins).toEqual([{ host: "pypi.example", username: "me", password: "p/w" }]);
    expect(hidden).toEqual(["p/w", "p%2Fw"]);
  });

  it("reads indexes of uv.toml and pip.conf with their logins", async () => {
    const toml = await settings(
      "/root/.config/uv/uv.toml",
      `[[index]]\nurl = "https://me:pw@pypi.example:8443/simple"\n`,
    );
    expect(toml.env).toEqual({ UV_CONFIG_FILE: join(folder, "secret") });
    expect(toml.logins).toEqual([
      { host: "pypi.example", origin: "https://pypi.example:8443", username: "me", password: "pw" },
    ]);
    const pip = await settings(
      "/etc/pip.conf",
      "[global]\nindex-url = https://me:pw@a.example/simple\nextra-index-url =\n  https://b.example/x\n  https://c.example/y\n[list]\nindex-url = no\n",
    );
    expect(pip.env).toEqual({
      UV_DEFAULT_INDEX: "https://me:pw@a.example/simple",
      UV_INDEX: "https://b.example/x https://c.example/y",
    });
    expect(pip.hidden).toEqual(["pw", "pw"]);
  });

  it("hides a token that is the whole login, and takes a percent sign as it is", async () => {
    const text = "[global]\nindex-url = https://t0ken@a.example/simple\nextra-index-url = https://me:50%@b.example/x\n";
    const { hidden, logins } = await settings("/etc/pip.conf", text);
    expect(hidden).toContain("t0ken");
    expect(hidden).not.toContain("me");
    expect(logins).toMatchObject([{ username: "t0ken", password: "" }, { password: "50%" }]);
  });

  it("names a file that is missing or broken without its content", async () => {
    const step = { secrets: [{ id: "s0", target: "/root/.netrc" }] } as unknown as PackagesStep;
    await expect(secretSettings(step, { s0: join(folder, "none") })).rejects.toMatchObject({ code: "E_INPUT_FILE" });
    const broken = await settings("/x/uv.toml", "password = hunter2 = x").catch((error: Error) => error);
    expect(broken).toMatchObject({ code: "E_INPUT_FILE" });
    expect(`${broken}${(broken as Error).cause ?? ""}`).not.toContain("hunter2");
  });

  it("knows which files uv on the host can be told of", () => {
    expect(["/root/.netrc", "/a/pip.conf", "/a/uv.toml", "/root/.gitconfig"].map(secretKind)).not.toContain(undefined);
    expect(secretKind("/run/secrets/token")).toBeUndefined();
  });
});

describe("parseNetrc", () => {
  it("reads one or many lines, a default, and comments", () => {
    expect(
      parseNetrc(
        "# x\nmachine a\n login b\n password c\nmachine D login e account f password g default login h password i",
      ),
    ).toEqual([
      { host: "a", username: "b", password: "c" },
      { host: "d", username: "e", password: "g" },
      { host: "*", username: "h", password: "i" },
    ]);
  });
});
