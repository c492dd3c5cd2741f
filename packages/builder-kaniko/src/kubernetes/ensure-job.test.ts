import type { ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { kanikoOptions } from "../options.ts";
import type { Cluster } from "./cluster.ts";
import { ensureJob } from "./ensure-job.ts";
import { startApi } from "./fixtures/start-api.ts";
import { JobSlots } from "./job-slots.ts";
import type { KubeJob } from "./kube-objects.ts";

type Answer = (response: ServerResponse, status: number, body: object) => void;

const atOnce: Answer = (response, status, body) => response.writeHead(status).end(JSON.stringify(body));
const forbidden: Answer = (response) => atOnce(response, 403, { reason: "Forbidden", message: "it is forbidden" });

/** An API server that keeps Jobs, and answers so when a Job or a Secret is created. */
async function serve({ jobMade = atOnce, secretMade = atOnce }: { jobMade?: Answer; secretMade?: Answer }) {
  const jobs = new Map<string, KubeJob>();
  const asked: string[] = [];
  const api = await startApi(async (request, response) => {
    const path = (request.url ?? "").replace(/\?.*$/, "");
    const [kind = "", name = ""] = path.split("/").slice(path.startsWith("/apis/") ? 6 : 5);
    asked.push(`${request.method} ${kind}`);
    if (request.method === "POST") {
      const object = (await json(request)) as KubeJob;
      const made = { ...object, metadata: { ...object.metadata, uid: "u1" } };
      if (kind === "jobs") jobs.set(object.metadata.name ?? "", made);
      const answer = { jobs: jobMade, secrets: secretMade }[kind] ?? atOnce;
      answer(response, 201, made);
    } else if (request.method === "DELETE") {
      jobs.delete(name);
      atOnce(response, 200, {});
    } else if (name === "") atOnce(response, 200, { items: [...jobs.values()] });
    else atOnce(response, jobs.has(name) ? 200 : 404, jobs.get(name) ?? { reason: "NotFound", message: "not found" });
  });
  return { api, jobs, asked };
}

interface Given {
  signal: AbortSignal;
  slots?: JobSlots;
  maxJobs?: number;
  log?: (line: string) => void;
}

function ensure(cluster: Cluster, { signal, slots = new JobSlots(), maxJobs, log = () => {} }: Given) {
  const task = {
    name: "imagespec-x",
    namespace: "n",
    subject: "r/x:t",
    platform: "linux/amd64",
    image: "kaniko",
    args: [],
    environment: [],
    secretTargets: [],
    hasDockerConfig: false,
    hasCertificates: false,
    options: kanikoOptions.parse({ kubernetes: { maxJobs } }).kubernetes,
    timeout: 60,
  };
  const contents = { dockerfile: "FROM x", env: {}, secrets: [], dockerConfig: undefined, certificates: undefined };
  return ensureJob(cluster, { task, contents, reuseFinished: async () => false, slots, log, signal });
}

describe("ensureJob leaves no Job behind", () => {
  it("when what the Job mounts is refused", async () => {
    const { api, jobs, asked } = await serve({ secretMade: forbidden });
    await using _api = api;
    await expect(ensure(api.cluster, { signal: new AbortController().signal })).rejects.toMatchObject({ status: 403 });
    expect(asked).toContain("POST jobs");
    expect(asked).toContain("DELETE jobs");
    expect(jobs.size).toBe(0);
  });

  it("when it is cancelled while the Job is being created", async () => {
    const cancel = new AbortController();
    const jobMade: Answer = (...answer) => {
      cancel.abort(new Error("cancelled"));
      setTimeout(() => atOnce(...answer), 50);
    };
    const { api, jobs, asked } = await serve({ jobMade });
    await using _api = api;
    await expect(ensure(api.cluster, { signal: cancel.signal })).rejects.toThrow("cancelled");
    expect(asked).toContain("POST jobs");
    expect(jobs.size).toBe(0);
    expect(asked).not.toContain("POST secrets");
  });

  it("when the answer to its creation is lost", async () => {
    const { api, jobs, asked } = await serve({ jobMade: (response) => response.destroy() });
    await using _api = api;
    const failed = ensure(api.cluster, { signal: new AbortController().signal });
    await expect(failed).rejects.toMatchObject({ code: "E_KUBERNETES" });
    expect(asked).toContain("POST jobs");
    expect(jobs.size).toBe(0);
  });
});

it("ensureJob leaves at once when it is cancelled before its turn", async () => {
  const { api, jobs } = await serve({});
  await using _api = api;
  const slots = new JobSlots();
  let free = () => {};
  const first = slots.take(api.cluster, {
    limit: 1,
    signal: new AbortController().signal,
    waits: () => {},
    start: () => new Promise<void>((done) => (free = done)),
  });
  const cancel = new AbortController();
  const second = ensure(api.cluster, { signal: cancel.signal, slots });
  setTimeout(() => cancel.abort(new Error("cancelled")), 20);
  await expect(second).rejects.toThrow("cancelled");
  free();
  await first;
  expect(jobs.size).toBe(0);
});

it("ensureJob says once that it waits for other Jobs", async () => {
  const { api, jobs } = await serve({});
  await using _api = api;
  jobs.set("other", { metadata: { name: "other" } });
  const lines: string[] = [];
  setTimeout(() => jobs.delete("other"), 1500);
  await ensure(api.cluster, {
    signal: new AbortController().signal,
    maxJobs: 1,
    log: (line) => lines.push(line),
  });
  expect(lines).toEqual(["The Job imagespec-x waits: 1 of at most 1 Jobs (maxJobs) are unfinished."]);
});

it("ensureJob does not wait for ever for a Job whose deletion is held up, and names what holds it", async () => {
  const { api, jobs } = await serve({});
  await using _api = api;
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
  const deleting = (since: string) =>
    jobs.set("imagespec-x", {
      metadata: { name: "imagespec-x", deletionTimestamp: since, finalizers: ["acme.io/keep"] },
    });
  deleting(ago(300));
  await expect(ensure(api.cluster, { signal: new AbortController().signal })).rejects.toMatchObject({
    code: "E_KUBERNETES",
    message: expect.stringMatching(/^The Job imagespec-x of an earlier build .* held up by acme\.io\/keep$/),
  });
  deleting(ago(1));
  const waits = ensure(api.cluster, { signal: AbortSignal.timeout(100) });
  await expect(waits).rejects.toMatchObject({ name: "TimeoutError" });
});
