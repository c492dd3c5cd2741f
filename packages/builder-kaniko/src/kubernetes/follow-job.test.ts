import { buildPlan } from "@imagespec/testkit";
import { expect, it } from "vitest";
import { ExecutorLog } from "../executor/log.ts";
import { startApi } from "./fixtures/start-api.ts";
import { followJob } from "./follow-job.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const JOB = { metadata: { name: "j", uid: "u" }, status: { conditions: [{ type: "Complete", status: "True" }] } };
const ended = { name: "kaniko", state: { terminated: { exitCode: 0, message: DIGEST } } };
const PODS = { items: [{ metadata: { name: "p" }, status: { containerStatuses: [ended] } }] };

/** Follows a Job that is complete; what the API does instead of answering the first questions about it. */
async function follow(...troubles: ("cut" | number)[]): Promise<string | undefined> {
  await using api = await startApi((request, response) => {
    const url = new URL(request.url ?? "", "http://api");
    if (url.searchParams.has("watch") || url.pathname.endsWith("/log")) return void response.end();
    const trouble = url.pathname.endsWith("/jobs/j") ? troubles.shift() : undefined;
    if (trouble === "cut") request.socket.destroy();
    else if (trouble !== undefined) response.writeHead(trouble).end('{"message":"not now"}');
    else response.end(JSON.stringify(url.pathname.endsWith("/pods") ? PODS : JOB));
  });
  return await followJob(api.cluster, {
    name: "j",
    plan: buildPlan(),
    platform: "linux/amd64",
    startTimeout: 60,
    log: new ExecutorLog({ emit: () => undefined, redact: [], instructions: [] }),
    signal: new AbortController().signal,
  });
}

it("goes on with a Job while the API is out of reach, overloaded or changes its leader", {
  timeout: 20_000,
}, async () => {
  expect(await follow("cut", 503, 429, 500)).toBe(DIGEST);
});

it("gives up at once where the API refuses", async () => {
  await expect(follow(403)).rejects.toMatchObject({ status: 403, message: "not now" });
});
