import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { engineEndpoint } from "./find-endpoint.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "find-endpoint-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface Context {
  Host?: unknown;
  SkipTLSVerify?: boolean;
}

async function writeContext(name: string, docker: Context, tls: Record<string, string> = {}): Promise<void> {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = join(folder, "contexts/meta", id);
  await mkdir(meta, { recursive: true });
  await writeFile(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker } }));
  await writeFiles(join(folder, "contexts/tls", id, "docker"), tls);
}

async function writeFiles(target: string, files: Record<string, string>): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(target, name), text);
}

describe("engineEndpoint", () => {
  it("follows docker's order: DOCKER_HOST, DOCKER_CONTEXT, currentContext, default", async () => {
    const env = { DOCKER_CONFIG: folder };
    for (const name of ["one", "two"]) await writeContext(name, { Host: `unix:///${name}.sock` });
    expect((await engineEndpoint(env)).host).toMatch(/docker/);
    await writeFile(join(folder, "config.json"), JSON.stringify({ currentContext: "one" }));
    expect((await engineEndpoint(env)).host).toBe("unix:///one.sock");
    expect((await engineEndpoint({ ...env, DOCKER_CONTEXT: "two" })).host).toBe("unix:///two.sock");
    expect((await engineEndpoint({ ...env, DOCKER_HOST: "tcp://h:1", DOCKER_CONTEXT: "two" })).host).toBe("tcp://h:1");
    expect((await engineEndpoint({ ...env, DOCKER_CONTEXT: "default" })).source).toBe("docker's default");
    await expect(engineEndpoint({ ...env, DOCKER_CONTEXT: "gone" })).rejects.toMatchObject({ code: "E_DAEMON" });
  });

  it("finds docker's config in HOME, and none where it is not JSON", async () => {
    await writeFiles(join(folder, ".docker"), { "config.json": '{"currentContext":"gone"}' });
    await expect(engineEndpoint({ HOME: folder })).rejects.toThrow('"gone"');
    for (const text of ["{", "null", '{"currentContext":7}', '{"currentContext":""}']) {
      await writeFiles(join(folder, ".docker"), { "config.json": text });
      expect((await engineEndpoint({ HOME: folder })).source).toBe("docker's default");
    }
  });

  it.each([
    ["gone", undefined],
    ["../../etc", undefined],
    ["empty", {}],
    ["nameless", { Host: "" }],
    ["odd", { Host: 7 }],
    ["ssh", { Host: "ssh://host" }],
  ])("names the context %s that cannot be used", async (name, docker) => {
    if (docker !== undefined) await writeContext(name, docker);
    await expect(engineEndpoint({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: name })).rejects.toMatchObject({
      code: "E_DAEMON",
      message: expect.stringContaining(`ontext "${name}"`),
      hint: expect.any(String),
    });
  });

  it("reads the TLS files of a context", async () => {
    const host = "tcp://far:2376";
    await writeContext("full", { Host: host }, { "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY" });
    await writeContext("authority", { Host: "tcp://far" }, { "ca.pem": "CA" });
    await writeContext("skip", { Host: host, SkipTLSVerify: true });
    await writeContext("plain", { Host: host, SkipTLSVerify: false });
    const endpoint = (name: string) => engineEndpoint({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: name });
    expect(await endpoint("full")).toMatchObject({
      host,
      source: 'docker\'s context "full"',
      tls: { ca: "CA", cert: "CERT", key: "KEY", verify: true },
    });
    expect(await endpoint("authority")).toMatchObject({ host: "tcp://far:2376", tls: { ca: "CA", verify: true } });
    expect((await endpoint("skip")).tls).toEqual({ verify: false });
    expect((await endpoint("plain")).tls).toBeUndefined();
  });

  it("reads DOCKER_TLS_VERIFY, DOCKER_TLS and DOCKER_CERT_PATH", async () => {
    await writeFiles(join(folder, "certificates"), { "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY" });
    await writeFiles(folder, { "ca.pem": "OTHER" });
    const env = { DOCKER_CONFIG: folder, DOCKER_HOST: "myhost" };
    expect(
      await engineEndpoint({ ...env, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: join(folder, "certificates") }),
    ).toMatchObject({ host: "tcp://myhost:2376", tls: { ca: "CA", cert: "CERT", key: "KEY", verify: true } });
    expect((await engineEndpoint({ ...env, DOCKER_TLS_VERIFY: "1" })).tls).toEqual({ ca: "OTHER", verify: true });
    expect((await engineEndpoint({ ...env, DOCKER_TLS: "1" })).tls).toMatchObject({ verify: false });
    expect((await engineEndpoint({ ...env, DOCKER_TLS_VERIFY: "" })).tls).toBeUndefined();
    const none = { ...env, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: join(folder, "none") };
    await expect(engineEndpoint(none)).rejects.toMatchObject({ code: "E_DAEMON", message: /none.ca\.pem/ });
    expect((await engineEndpoint({ ...none, DOCKER_HOST: "unix:///a.sock" })).tls).toBeUndefined();
    expect((await engineEndpoint({ ...env, DOCKER_HOST: undefined, DOCKER_TLS: "1" })).host).toBe(
      "tcp://localhost:2376",
    );
  });

  it("speaks TLS to https:// with what Node trusts", async () => {
    expect((await engineEndpoint({ DOCKER_HOST: "https://host" })).tls).toEqual({ verify: true });
    expect((await engineEndpoint({ DOCKER_HOST: "http://host" })).tls).toBeUndefined();
  });
});
