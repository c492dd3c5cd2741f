import { describe, expect, it } from "vitest";
import { kanikoOptions } from "../options.ts";
import { ensureJob } from "./ensure-job.ts";
import { startApi } from "./fixtures/start-api.ts";
import { JobSlots } from "./job-slots.ts";

/** An API server that keeps Jobs and lets nobody make Secrets. */
async function serve() {
  const jobs = new Set<string>();
  const asked: string[] = [];
  const api = await startApi((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const path = (request.url ?? "").replace(/\?.*$/, "");
      const kind = path.split("/")[path.startsWith("/apis/") ? 6 : 5];
      asked.push(`${request.method} ${kind}`);
      const answer = (status: number, body: object) => response.writeHead(status).end(JSON.stringify(body));
      if (request.method === "POST" && kind === "secrets") {
        answer(403, { reason: "Forbidden", message: "secrets is forbidden" });
      } else if (request.method === "POST") {
        const { metadata } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { metadata: { name: string } };
        if (kind === "jobs") jobs.add(metadata.name);
        answer(201, { metadata: { ...metadata, uid: "u1" }, spec: {} });
      } else if (request.method === "DELETE") {
        jobs.delete(path.split("/").at(-1) ?? "");
        answer(200, {});
      } else if (path.endsWith("/jobs")) answer(200, { items: [] });
      else answer(404, { reason: "NotFound", message: "not found" });
    });
  });
  return { api, jobs, asked };
}

describe("ensureJob", () => {
  it("leaves no Job behind when what the Job mounts is refused", async () => {
    const { api, jobs, asked } = await serve();
    await using _api = api;
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
      options: kanikoOptions.parse({}).kubernetes,
      timeout: 60,
    };
    const contents = { dockerfile: "FROM x", env: {}, secrets: [], dockerConfig: undefined, certificates: undefined };
    const wanted = {
      task,
      contents,
      reuseFinished: async () => false,
      slots: new JobSlots(),
      signal: new AbortController().signal,
    };
    await expect(ensureJob(api.cluster, wanted)).rejects.toMatchObject({ status: 403 });
    expect(asked).toContain("POST jobs");
    expect(asked).toContain("DELETE jobs");
    expect(jobs.size).toBe(0);
  });
});
