import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { KanikoBuilder } from "@imagespec/builder-kaniko";
import { ContainerEngine } from "@imagespec/container-engine";
import { type BuildEvent, ImageBuildEngine, ImageSpec, type ImageSpecParameters } from "@imagespec/core";
import { pushImage, RegistryClient } from "@imagespec/registry";
import { imageConfig, runContainer, startRegistry } from "@imagespec/testkit";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ensureArm64 } from "../../scripts/services/arm64.ts";
import { ensureKaniko } from "../../scripts/services/kaniko.ts";
import { ensureKubernetes } from "../../scripts/services/kubernetes.ts";
import { ensureServices } from "../../scripts/services/services.ts";
import { BuildClient } from "../support/kubernetes/build-client.ts";
import { FAULT } from "../support/kubernetes/stand-in-node.ts";
import { startTestCluster, type TestCluster } from "../support/kubernetes/test-cluster.ts";
import { sample } from "../support/sample.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const services = await ensureServices();
const { image: executor } = await ensureKaniko();
const bothPlatforms = await ensureArm64();
// At the top, where no time-out counts, since missing tools are built first.
await ensureKubernetes();
const docker = await ContainerEngine.connect({ env: { DOCKER_HOST: services.dockerHost } });
const run = randomBytes(4).toString("hex");
let cluster: TestCluster;
beforeAll(async () => {
  await docker.pullImage(executor);
  cluster = await startTestCluster(services.dockerHost);
});
afterAll(() => cluster?.stop());

type Kubernetes = Record<string, unknown>;

function options(kubernetes: Kubernetes = {}, others: Record<string, unknown> = {}) {
  const own = { kubeconfig: cluster.kubeconfig, hostNetwork: true, resources: {}, ...kubernetes };
  return { mode: "kubernetes", image: executor, ...others, kubernetes: own };
}

/** On a base of a few files, which kaniko unpacks at once, unless the test says another. */
function spec(name: string, parameters: ImageSpecParameters = {}, root?: string): ImageSpec {
  const { registry, platform, images } = services;
  const all = { name: `kube/${run}/${name}`, registry, platform, baseImage: images.musl, ...parameters };
  return new ImageSpec(all, root === undefined ? {} : { root });
}

function engine(): ImageBuildEngine {
  return new ImageBuildEngine({ builders: [new KanikoBuilder()], discover: false, attachIdentity: false });
}

async function failure(
  name: string,
  kubernetes: Kubernetes,
  others?: Record<string, unknown>,
  parameters?: ImageSpecParameters,
) {
  const building = engine().build(spec(name, parameters), {
    builder: "kaniko",
    builderOptions: options(kubernetes, others),
  });
  return building.then(
    (outcome) => Promise.reject(new Error(`built ${JSON.stringify(outcome)}`)),
    (error: Error & { code: string; hint: string; details: { tail: string[] } }) => error,
  );
}

const nothingLeft = () =>
  vi.waitFor(async () => expect(await cluster.left()).toEqual([]), { timeout: 15_000, interval: 250 });

test("an image is built by a Job under the documented rights, from a context in the registry, and starts", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "app"));
  await writeFile(join(folder.path, "app", "main.py"), "print('from a pod')\n");
  const secret = `canary-${randomBytes(8).toString("hex")}`;
  await writeFile(join(folder.path, "netrc"), `machine x.example login y password ${secret}\n`);
  const parameters: ImageSpecParameters = {
    baseImage: services.images.pythonSmall,
    packages: ["iniconfig==2.0.0"],
    pipSecretMounts: [["netrc", "/run/netrc"]],
    sourceRoot: "app",
    env: { LINES: "two\nlines" },
    commands: [`test -s /run/netrc && echo seen > /seen`],
    entrypoint: ["python", "main.py"],
  };
  const events: BuildEvent[] = [];
  const given = spec("whole", parameters, folder.path);
  const outcome = await engine().build(given, { builderOptions: options(), onEvent: (event) => events.push(event) });
  expect(outcome).toMatchObject({ status: "built", builder: "kaniko", digest: expect.stringMatching(/^sha256:/) });
  const reference = outcome.reference ?? "";
  await docker.pullImage(`${reference.replace(/:[^:/]*$/, "")}@${outcome.digest}`);
  await docker.pullImage(reference);
  const ran = await runContainer(docker, reference, { cmd: [] });
  expect(ran.stdout).toBe("from a pod\n");
  expect((await imageConfig(docker, reference)).env.LINES).toBe("two\nlines");
  const said = JSON.stringify([outcome, events]);
  expect(said).not.toContain(secret);
  // No warning that the shipped files are missing from the executor's folder, where they are compared with the base's.
  const warnings = events.flatMap((event) => (event.type === "warning" ? [event.message] : []));
  expect(warnings).toEqual([expect.stringMatching(/^Commands can read the secret files/)]);
  // The log came through the API while the Job ran.
  expect(said).toContain("iniconfig==2.0.0");
  await nothingLeft();
  expect(await engine().build(given)).toMatchObject({ status: "reused", digest: outcome.digest });
});

test("two platforms: a Job each, pinned to its nodes; the index is tagged last", async () => {
  await using registry = await startRegistry();
  const before = new Set(cluster.node.seen.keys());
  const platform = "linux/amd64,linux/arm64";
  const given = spec("both", {
    baseImage: bothPlatforms,
    platform,
    registry: registry.host,
    commands: ["uname -m > /machine"],
  });
  const outcome = await engine().build(given, { builderOptions: options() });
  expect(outcome).toMatchObject({ status: "built", platforms: ["linux/amd64", "linux/arm64"] });
  expect([...cluster.node.seen.keys()].filter((name) => !before.has(name))).toHaveLength(2);
  const repository = new RegistryClient({ mirrors: {} }).repository((outcome.reference ?? "").replace(/:[^:/]*$/, ""));
  const tag = await given.tag();
  const index = await repository.getManifest(tag);
  expect(index.digest).toBe(outcome.digest);
  const { manifests } = JSON.parse(Buffer.from(index.bytes).toString()) as {
    manifests: { digest: string; platform: object }[];
  };
  expect(manifests.map((entry) => entry.platform)).toEqual([
    { os: "linux", architecture: "amd64" },
    { os: "linux", architecture: "arm64" },
  ]);
  for (const { digest } of manifests) expect(await repository.headManifest(digest)).toMatchObject({ digest });
  for (const child of [`${tag}_linux_amd64`, `${tag}_linux_arm64`]) {
    expect(await repository.headManifest(child)).toBeUndefined();
  }
  const puts = registry.exchanges.filter(({ method, path }) => method === "PUT" && path.includes("/manifests/"));
  expect(puts.at(-1)?.path).toMatch(new RegExp(`/manifests/${tag}$`));
  await nothingLeft();
});

test("the documented rights are no wider than needed", async () => {
  const { server, caFile } = await ensureKubernetes();
  const config = JSON.parse(execFileSync("cat", [cluster.kubeconfig], { encoding: "utf8" }));
  const status = (path: string, method = "GET") =>
    execFileSync(
      "curl",
      ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", caFile, "-X", method, "-K", "-", `${server}${path}`],
      { encoding: "utf8", input: `header = "Authorization: Bearer ${config.users[0].user.token}"` },
    );
  const namespace = `/api/v1/namespaces/${cluster.namespace}`;
  for (const path of [
    `${namespace}/secrets`,
    `${namespace}/secrets/x`,
    "/api/v1/namespaces/default/pods",
    "/api/v1/nodes",
  ]) {
    expect([path, status(path)]).toEqual([path, "403"]);
  }
  expect(status(`${namespace}/pods`, "POST")).toBe("403");
  expect(status(`${namespace}/pods`)).toBe("200");
});

describe("a Job that fails says why", () => {
  test.each<[fault: string, code: string, message: RegExp, kubernetes: Kubernetes]>([
    ["ImagePullBackOff", "E_KUBERNETES", /ImagePullBackOff: Back-off pulling image/, {}],
    ["Evicted", "E_KUBERNETES", /Evicted: The node was low on resource/, {}],
    ["no digest", "E_BUILD", /wrote no image/, {}],
    ["Unschedulable", "E_KUBERNETES", /Unschedulable: 0\/1 nodes are available/, { startTimeout: 2 }],
    ["no pod", "E_KUBERNETES", /violates PodSecurity/, {}],
  ])("%s", async (fault, code, message, kubernetes) => {
    const error = await failure(fault.toLowerCase().replace(" ", "-"), {
      ...kubernetes,
      annotations: { [FAULT]: fault },
    });
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/\S/) });
    await nothingLeft();
  });

  test("out of memory", async () => {
    const parameters = { commands: [`awk 'BEGIN { all = "x"; while (1) all = all all }'`] };
    const error = await failure("memory", { resources: { limits: { memory: "64Mi" } } }, {}, parameters);
    expect(error).toMatchObject({ code: "E_BUILD", message: expect.stringMatching(/memory/) });
    await nothingLeft();
  });

  test("a step that fails, with the last lines", async () => {
    const building = engine().build(spec("step", { commands: ["echo before; exit 7"] }), { builderOptions: options() });
    const error = await building.then(
      String,
      (reason: Error & { code: string }) => `${reason.code}: ${reason.message}`,
    );
    expect(error).toMatch(/^E_BUILD: /);
    // The step writes to stdout, kaniko to stderr: nothing orders the two in the log of a container.
    expect(error).toMatch(/^ +before$/m);
    expect(error).toMatch(/exit status 7/);
    await nothingLeft();
  });

  test("deadline", async () => {
    const error = await failure("deadline", { annotations: { [FAULT]: "never" } }, { timeout: 2 });
    expect(error).toMatchObject({ message: expect.stringMatching(/deadline|within 2 s/) });
    await nothingLeft();
  });

  test("quota", async () => {
    const path = `/api/v1/namespaces/${cluster.namespace}/resourcequotas`;
    const hard = { "count/jobs.batch": "0" };
    await cluster.admin.create(path, { metadata: { name: "none" }, spec: { hard } });
    await cluster.admin.patchStatus(`${path}/none`, { hard, used: { "count/jobs.batch": "0" } });
    try {
      const error = await failure("quota", {});
      expect(error).toMatchObject({ code: "E_KUBERNETES", message: expect.stringMatching(/quota/i) });
    } finally {
      await cluster.admin.remove(`${path}/none`);
    }
  });

  test("forbidden", async () => {
    const error = await failure("forbidden", { namespace: "default" });
    expect(error).toMatchObject({ code: "E_KUBERNETES", message: expect.stringMatching(/not allow.*default/s) });
    expect(error.hint).toContain("kaniko-kubernetes");
  });

  test("no such cluster", async () => {
    const error = await failure("nowhere", { kubeconfig: "/nonexistent/kubeconfig" });
    expect(error).toMatchObject({ code: "E_KUBERNETES", hint: expect.stringMatching(/KUBECONFIG/) });
  });
});

test("cancelled while it runs, it ends within 5 seconds and leaves nothing", async () => {
  const abort = new AbortController();
  const given = spec("cancelled", { commands: ["echo ready; sleep 60"] });
  let began = 0;
  const building = engine().build(given, {
    builderOptions: options(),
    signal: abort.signal,
    onEvent: (event) => {
      if (began > 0 || event.type !== "log" || event.line !== "ready") return;
      began = performance.now();
      abort.abort();
    },
  });
  await expect(building).rejects.toMatchObject({ code: "E_ABORTED" });
  expect(began).toBeGreaterThan(0);
  expect(performance.now() - began).toBeLessThan(5000);
  await nothingLeft();
  expect(await given.exist()).toBe(false);
});

test("of two clients of one build, one that is cancelled leaves the Job to the one that started it", async () => {
  const abort = new AbortController();
  const build = (says: string, then: () => void) =>
    engine().build(spec("shared", { commands: ["echo ready; sleep 10"] }), {
      builderOptions: options(),
      signal: says === "ready" ? undefined : abort.signal,
      onEvent: (event) => event.type === "log" && event.line.startsWith(says) && then(),
    });
  const started = Promise.withResolvers<void>();
  const first = build("ready", started.resolve);
  await started.promise;
  await expect(build("Found the Job ", () => abort.abort())).rejects.toMatchObject({ code: "E_ABORTED" });
  expect(await first).toMatchObject({ status: "built", digest: expect.stringMatching(/^sha256:/) });
  await nothingLeft();
});

test("a client that is killed at up to ten points and restarted: one image, no second Job, nothing left behind", async () => {
  const before = new Set(cluster.node.seen.keys());
  const given = { name: `kube/${run}/killed`, commands: ["sleep 3; date > /built"] };
  const client = new BuildClient(services, options({ ttlSeconds: 3 }));
  const points = Array.from({ length: 10 }, (_, index) => 650 + index * 350);
  for (const point of sample(points, 4, 1)) await client.killedAfter([given], point);
  const [outcome] = await client.finished([given]);
  expect(outcome).toMatchObject({ digest: expect.stringMatching(/^sha256:/) });
  const jobs = [...cluster.node.seen].filter(([name]) => !before.has(name));
  expect(jobs.map(([, uids]) => uids.size)).toEqual([1]);
  // A Job that ended while nobody was watching is removed by itself.
  await nothingLeft();
});

test("up to 200 specs: the limit holds and none is lost, even when the client is killed meanwhile", async () => {
  const repository = `${services.registry}/kube/${run}/many`;
  const sink = new RegistryClient({ mirrors: {} }).repository(repository);
  const config = {
    os: "linux",
    architecture: services.platform.split("/")[1] ?? "",
    rootfs: { type: "layers", diff_ids: [] },
  };
  await pushImage(sink, { config: Buffer.from(JSON.stringify(config)), layers: [] }, { tag: "seed" });
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  const specs = sample(numbers, 50, 1).map((number) => ({ name: `kube/${run}/many`, env: { N: String(number) } }));
  const annotations = { [FAULT]: `tags ${repository}:seed` };
  const client = new BuildClient(services, options({ maxJobs: 10, annotations }));
  cluster.node.mostUnfinished = 0;
  await client.killedAfter(specs, specs.length * 30);
  const outcomes = await client.finished(specs);
  expect(new Set(outcomes.map(({ tag }) => tag)).size).toBe(specs.length);
  expect(outcomes.every(({ digest }) => /^sha256:/.test(digest ?? ""))).toBe(true);
  expect(cluster.node.mostUnfinished).toBeGreaterThan(1);
  expect(cluster.node.mostUnfinished).toBeLessThanOrEqual(10);
});
