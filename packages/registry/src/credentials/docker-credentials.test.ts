import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { failureOf } from "../fixtures/tiny-image.ts";
import type { ProcessEnvironment } from "../process/process-environment.ts";
import { dockerCredentials } from "./docker-credentials.ts";

let home: string;
let env: ProcessEnvironment;
const basic = (username: string, password: string) => ({ kind: "basic", username, password });
const auth = (text: string) => ({ auth: Buffer.from(text).toString("base64") });

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "credentials-"));
  env = { HOME: home, PATH: [join(home, "bin"), process.env.PATH].join(delimiter) };
  await mkdir(join(home, ".docker"));
  await mkdir(join(home, "bin"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const config = (json: unknown, path = ".docker/config.json") =>
  writeFile(join(home, path), typeof json === "string" ? json : JSON.stringify(json));

/** A real program: it notes what it was given and runs `script`. */
async function helper(name: string, script: string) {
  const path = join(home, "bin", `docker-credential-${name}`);
  const note = `SERVER="$(cat)"; echo "$1 $SERVER" >> ${home}/asked`;
  await writeFile(path, `#!/bin/sh\n${note}\n${script}\n`);
  await chmod(path, 0o755);
}
const asked = async () => (await readFile(join(home, "asked"), "utf8").catch(() => "")).trim().split("\n");

describe("auths", () => {
  it.each([
    [auth("me:pass:word"), basic("me", "pass:word")],
    [{ username: "me", password: "pw" }, basic("me", "pw")],
    [
      { ...auth("me:"), identitytoken: "tok" },
      { kind: "identity-token", token: "tok", username: "me" },
    ],
    [{ registrytoken: "tok" }, { kind: "registry-token", token: "tok" }],
    [{}, undefined],
  ])("reads %o", async (entry, expected) => {
    await config({ auths: { "ghcr.io": entry } });
    expect(await dockerCredentials({ env }).get("ghcr.io")).toEqual(expected);
    expect(await dockerCredentials({ env }).get("other.io")).toBeUndefined();
  });

  it.each(["https://index.docker.io/v1/", "docker.io", "registry-1.docker.io", "https://index.docker.io/v2/"])(
    "knows Docker Hub as %s",
    async (key) => {
      await config({ auths: { [key]: auth("a:b") } });
      expect(await dockerCredentials({ env }).get("docker.io")).toEqual(basic("a", "b"));
    },
  );

  it.each([
    [{ "https://x.io/v1/": {}, "x.io": auth("a:b") }, basic("a", "b")],
    [{ "https://x.io": auth("old:x"), "x.io": auth("a:b") }, basic("a", "b")],
    [{ "x.io": {}, "X.io/": auth("a:b") }, basic("a", "b")],
    [{ "x.io/team": {}, "x.io": auth("a:b") }, basic("a", "b")],
    [{ "x.io": {}, "http://x.io": { auth: "" } }, undefined],
  ])("takes of several entries for one host the one that holds something: %o", async (auths, expected) => {
    await config({ auths });
    expect(await dockerCredentials({ env }).get("x.io", { repository: "team/app" })).toEqual(expected);
  });

  it("knows hosts with scheme and path, and podman's entries for a part of a registry", async () => {
    await config({
      auths: { "https://x.io/v2/": auth("whole:x"), "x.io/team": auth("part:x"), "x.io/team/app": auth("app:x") },
    });
    const { get } = dockerCredentials({ env });
    expect(await get("x.io")).toEqual(basic("whole", "x"));
    expect(await get("x.io", { repository: "other/app" })).toEqual(basic("whole", "x"));
    expect(await get("x.io", { repository: "team/lib" })).toEqual(basic("part", "x"));
    expect(await get("x.io", { repository: "team/app" })).toEqual(basic("app", "x"));
  });
});

describe("helpers", () => {
  it("asks credHelpers before credsStore before auths, with the server on standard input", async () => {
    await helper("one", `echo '{"Username":"one","Secret":"s"}'`);
    await helper(
      "all",
      `[ "$SERVER" = known.io ] || { echo "credentials not found in native keychain"; exit 1; }; echo '{"Username":"all","Secret":"s"}'`,
    );
    await config({
      credsStore: "all",
      credHelpers: { "special.io": "one" },
      auths: { "plain.io": auth("p:q"), "known.io": auth("no:no") },
    });
    const { get } = dockerCredentials({ env });
    expect(await get("special.io")).toEqual(basic("one", "s"));
    expect(await get("known.io")).toEqual(basic("all", "s"));
    expect(await get("plain.io")).toEqual(basic("p", "q"));
    expect(await get("docker.io")).toBeUndefined();
    expect(await asked()).toEqual([
      "get special.io",
      "get known.io",
      "get plain.io",
      "get https://index.docker.io/v1/",
    ]);
  });

  it("takes the user <token> for an identity token", async () => {
    await helper("t", `echo '{"ServerURL":"x","Username":"<token>","Secret":"refresh"}'`);
    await config({ credsStore: "t" });
    expect(await dockerCredentials({ env }).get("x.io")).toEqual({ kind: "identity-token", token: "refresh" });
  });

  it.each([
    ["is absent", undefined, /could not be started/],
    ["fails", "echo boom >&2; exit 3", /exit code 3/],
    ["prints junk", "echo CANARY-not-json", /not JSON/],
    ["prints half", `echo '{"Username":"CANARY"}'`, /without Username and Secret/],
    ["prints without end", "exec yes CANARY", /printed more than 1048576 bytes/],
    ["complains without end", "exec yes CANARY >&2", /printed more than 1048576 bytes/],
    ["is killed", "kill -KILL $$", /was ended by SIGKILL/],
    ["crashes", "kill -SEGV $$", /was ended by SIGSEGV/],
    ["hangs with a child that holds the pipe", "sleep 60 & sleep 60", /did not answer in 0.3 s/],
  ])("says so when the helper %s", async (_name, script, message) => {
    if (script !== undefined) await helper("bad", script);
    await config({ credsStore: "bad" });
    const started = Date.now();
    const error = await failureOf(dockerCredentials({ env, helperTimeoutMs: 300 }).get("x.io"));
    expect(error).toMatchObject({
      code: "E_REGISTRY_AUTH",
      message: expect.stringMatching(message),
      hint: expect.anything(),
    });
    expect(`${error.message} ${error.hint} ${JSON.stringify(error.details)}`).not.toContain("CANARY");
    expect(error.message).toContain("docker-credential-bad");
    expect(Date.now() - started).toBeLessThan(5000);
  });

  it("stops a helper when the call is cancelled", async () => {
    await helper("slow", "sleep 60");
    await config({ credsStore: "slow" });
    const call = dockerCredentials({ env }).get("x.io", { signal: AbortSignal.timeout(100) });
    expect(await failureOf(call)).toMatchObject({ code: "E_ABORTED" });
  });
});

describe("where it looks", () => {
  it("the spec's file, DOCKER_AUTH_CONFIG, DOCKER_CONFIG, podman's files: the first that has one", async () => {
    const path = (name: string) => join(home, name);
    for (const folder of ["d", "run/containers", ".config/containers"]) await mkdir(path(folder), { recursive: true });
    const named = (name: string, ...hosts: string[]) => ({
      auths: Object.fromEntries(hosts.map((host) => [host, auth(`${name}:x`)])),
    });
    await config(named("spec", "a.io"), "spec.json");
    await config(named("docker", "a.io", "b.io", "c.io"), "d/config.json");
    await config(named("file", "a.io", "b.io", "c.io", "d.io"), "file.json");
    await config(named("run", "c.io", "d.io", "e.io"), "run/containers/auth.json");
    await config(named("home", "e.io", "f.io"), ".config/containers/auth.json");
    const { get } = dockerCredentials({
      configFile: path("spec.json"),
      env: {
        ...env,
        DOCKER_AUTH_CONFIG: JSON.stringify(named("variable", "a.io", "b.io")),
        DOCKER_CONFIG: path("d"),
        REGISTRY_AUTH_FILE: path("file.json"),
        XDG_RUNTIME_DIR: path("run"),
      },
    });
    const users = await Promise.all(
      ["a.io", "b.io", "c.io", "d.io", "e.io", "f.io", "g.io"].map(async (host) => {
        const found = await get(host);
        return found?.kind === "basic" ? found.username : found;
      }),
    );
    expect(users).toEqual(["spec", "variable", "docker", "file", "run", "home", undefined]);
  });

  it.each([
    "",
    " \n",
    "null",
    { auths: null, credHelpers: null, credsStore: null },
    { auths: { "x.io": null } },
    { auths: { "x.io": { auth: null, username: null } } },
    { credHelpers: { "x.io": null } },
    { credsStore: "", auths: {} },
  ])("takes a config that says nothing for one that says nothing: %j", async (json) => {
    await config(json);
    expect(await dockerCredentials({ env }).get("x.io")).toBeUndefined();
    await config({ auths: { "x.io": auth("a:b") } }, "next.json");
    const next = { ...env, REGISTRY_AUTH_FILE: join(home, "next.json") };
    expect(await dockerCredentials({ env: next }).get("x.io")).toEqual(basic("a", "b"));
  });

  it.each([
    ["not JSON", '{"auths": CANARY'],
    ["a list", "[]"],
    ["auths of the wrong kind", { auths: [] }],
    ["helpers of the wrong kind", { credHelpers: { a: 1 } }],
    ["an auth that is not a pair", { auths: { "x.io": auth("CANARY") } }],
  ])("names a config that is %s, without its text", async (_name, json) => {
    await config(json);
    const error = await failureOf(dockerCredentials({ env }).get("x.io"));
    expect(error).toMatchObject({ code: "E_INPUT_FILE", message: expect.stringContaining("config.json") });
    expect(`${error.message} ${error.hint}`).not.toContain("CANARY");
  });

  it.each([
    ["a link to itself", (path: string) => symlink("config.json", path), {}],
    ["in a folder with too long a name", async () => undefined, { DOCKER_CONFIG: `/${"a".repeat(300)}` }],
    ["that cannot be read", async () => undefined, { REGISTRY_AUTH_FILE: "/proc/self/mem" }],
  ])("names a config %s", async (_name, make, more) => {
    await make(join(home, ".docker/config.json"));
    const error = await failureOf(dockerCredentials({ env: { ...env, ...more } }).get("x.io"));
    expect(error).toMatchObject({ code: "E_INPUT_FILE", message: expect.stringMatching(/cannot be read \(E[A-Z]+\)/) });
  });

  it("a file that the spec names must be there", async () => {
    const store = dockerCredentials({ env, configFile: join(home, "nope.json") });
    expect(await failureOf(store.get("x.io"))).toMatchObject({
      code: "E_INPUT_FILE",
      message: expect.stringContaining("nope.json"),
    });
  });
});
