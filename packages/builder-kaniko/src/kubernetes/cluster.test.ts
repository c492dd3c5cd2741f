import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { kanikoOptions } from "../options.ts";
import { connectCluster } from "./cluster.ts";
import { startApi } from "./fixtures/start-api.ts";

it.each<[string, RequestListener, RegExp]>([
  ["closes the connection", (request) => void request.socket.destroy(), /does not answer: socket hang up$/],
  [
    "ends in the middle of its answer",
    (request, response) => void response.write('{"items":', () => request.socket.destroy()),
    /does not answer: aborted$/,
  ],
  ["is another server", (_, response) => void response.end("<html>"), /does not answer: .*JSON/],
  ["answers anything", (_, response) => void response.end("{}"), /answers with no object of Kubernetes$/],
  ["says nothing", () => undefined, /does not answer: it took longer than 10 s$/],
])("names an API that %s, and what to look at", { timeout: 20_000 }, async (_, answer, message) => {
  await using api = await startApi(answer);
  const { cluster } = api;
  const failure = await cluster.get(cluster.path("jobs", "x")).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: "E_KUBERNETES",
    message: expect.stringMatching(message),
    hint: "Check the current context of your kubeconfig with `kubectl cluster-info`.",
  });
  expect((failure as Error).message).toContain(`The Kubernetes API at ${cluster.server}`);
});

it.each([{ gitVersion: "v1.30.0" }, { items: [] }, { metadata: { name: "x" } }])(
  "takes %j from an API",
  async (object) => {
    await using api = await startApi((_, response) => void response.end(JSON.stringify(object)));
    expect(await api.cluster.get("/any")).toEqual(object);
  },
);

describe("connectCluster", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "kube-"));
    for (const name of ["HOME", "USERPROFILE"]) vi.stubEnv(name, home);
    for (const name of ["KUBECONFIG", "HOMEDRIVE", "HOMEPATH"]) vi.stubEnv(name, undefined);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(home, { recursive: true });
  });
  const { kubernetes } = kanikoOptions.parse({});

  it("says that there is no kubeconfig, where none is", async () => {
    await expect(connectCluster(kubernetes)).rejects.toMatchObject({
      code: "E_KUBERNETES",
      message: expect.stringMatching(/^No kubeconfig is there/),
    });
  });

  it.each(["KUBECONFIG", "the option"])("refuses a pipe that %s names, where it would wait for ever", async (how) => {
    const pipe = join(home, "pipe");
    execFileSync("mkfifo", [pipe]);
    if (how === "KUBECONFIG") vi.stubEnv(how, `${join(home, "missing")}${delimiter}${pipe}`);
    const kubeconfig = how === "KUBECONFIG" ? undefined : pipe;
    await expect(connectCluster({ ...kubernetes, kubeconfig })).rejects.toMatchObject({
      code: "E_KUBERNETES",
      message: `The kubeconfig cannot be read: ${pipe} is a pipe, not a file`,
    });
  });

  it.each([
    [
      "a program that is not there",
      { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "no-such-login" } },
    ],
    ["http, which no login is sent over", { token: "x" }],
  ])("blames the kubeconfig for a login by %s", async (_, user) => {
    const kubeconfig = join(home, "config");
    const server = "exec" in user ? "https://127.0.0.1:1" : "http://127.0.0.1:1";
    const contexts = [{ name: "c", context: { cluster: "k", user: "u" } }];
    const config = { clusters: [{ name: "k", cluster: { server } }], users: [{ name: "u", user }], contexts };
    await writeFile(
      kubeconfig,
      JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": "c", ...config }),
    );
    const cluster = await connectCluster({ ...kubernetes, kubeconfig });
    await expect(cluster.get("/version")).rejects.toMatchObject({
      code: "E_KUBERNETES",
      message: expect.stringMatching(/^The kubeconfig is of no use at https?:\S+: /),
    });
  });
});
