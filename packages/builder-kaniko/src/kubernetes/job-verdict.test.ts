import { buildRequest } from "@imagespec/testkit";
import { describe, expect, it } from "vitest";
import { type JobSnapshot, judgeJob } from "./job-verdict.ts";
import type { KubeContainerStatus, KubePod } from "./kube-objects.ts";

const { plan } = buildRequest();
const DIGEST = `sha256:${"a".repeat(64)}`;
const now = Date.parse("2026-01-01T00:10:00Z");
const recent = "2026-01-01T00:09:59Z";
const old = "2026-01-01T00:00:00Z";

function pod(state: KubeContainerStatus["state"], status: KubePod["status"] = {}, created = recent): KubePod {
  const containerStatuses = state === undefined ? [] : [{ name: "kaniko", state }];
  return { metadata: { name: "p", creationTimestamp: created }, status: { containerStatuses, ...status } };
}
function snapshot(change: Partial<JobSnapshot> & { condition?: [type: string, reason?: string] }): JobSnapshot {
  const { condition, ...rest } = change;
  const conditions = condition
    ? [{ type: condition[0], status: "True", ...(condition[1] ? { reason: condition[1] } : {}) }]
    : [];
  const job = { metadata: { name: "imagespec-x", creationTimestamp: recent }, status: { conditions } };
  const clean = (text: string) => text.replaceAll("hunter2", "***");
  return {
    job,
    pods: [],
    events: [],
    plan,
    platform: "linux/amd64",
    now,
    startTimeout: 60,
    tail: ["last"],
    clean,
    ...rest,
  };
}
const terminated = (exitCode: number, message = "", reason = "Error") => ({
  terminated: { exitCode, message, reason },
});

/** A Pod in which a proxy runs on beside an executor that ended at `finishedAt`. */
function besideProxy(exitCode: number, message: string, finishedAt: string, meta: object = {}): KubePod {
  const ended = { terminated: { exitCode, message, finishedAt } };
  const proxy = { name: "istio-proxy", state: { running: {} } };
  const { metadata, status } = pod(ended, {}, old);
  const containerStatuses = [proxy, ...(status?.containerStatuses ?? [])];
  return { metadata: { ...metadata, ...meta }, status: { containerStatuses } };
}

describe("judgeJob", () => {
  it("does not wait for a container beside the executor that never ends", () => {
    const succeeded = snapshot({ pods: [besideProxy(0, DIGEST, old)] });
    expect(judgeJob(succeeded)).toEqual({ state: "succeeded", digest: DIGEST });
    expect(judgeJob(snapshot({ pods: [besideProxy(1, "", old)] }))).toMatchObject({
      error: { code: "E_BUILD", message: expect.stringContaining("exit code 1") },
    });
    const drained = besideProxy(143, "", old, { deletionTimestamp: recent });
    for (const one of [besideProxy(0, DIGEST, recent), drained])
      expect(judgeJob(snapshot({ pods: [one] }))).toEqual({ state: "waiting" });
  });

  it("takes the digest from the termination message", () => {
    const pods = [pod(terminated(137)), pod(terminated(0, `${DIGEST}\n`))];
    expect(judgeJob(snapshot({ condition: ["Complete"], pods }))).toEqual({ state: "succeeded", digest: DIGEST });
  });

  it.each([
    ["pulling", snapshot({ pods: [pod({ waiting: { reason: "ContainerCreating" } })] })],
    ["pulling again", snapshot({ pods: [pod({ waiting: { reason: "ErrImagePull" } })] })],
    ["running for long", snapshot({ pods: [pod({ running: {} }, {}, old)] })],
    ["ended, and the Job not yet", snapshot({ pods: [pod(terminated(1))] })],
    ["no Pod yet", snapshot({})],
    ["a quota that may get free", snapshot({ events: [{ reason: "FailedCreate", message: "exceeded quota: pods" }] })],
  ])("waits: %s", (_name, given) => {
    expect(judgeJob(given)).toEqual({ state: "waiting" });
  });

  it.each<[string, JobSnapshot, string, RegExp]>([
    [
      "no digest",
      snapshot({ condition: ["Complete"], pods: [pod(terminated(0, "done"))] }),
      "E_BUILD",
      /wrote no image/,
    ],
    ["executor error", snapshot({ condition: ["Failed"], pods: [pod(terminated(1))] }), "E_BUILD", /exit code 1/],
    [
      "out of memory",
      snapshot({ condition: ["Failed"], pods: [pod(terminated(137, "", "OOMKilled"))] }),
      "E_BUILD",
      /memory/,
    ],
    ["killed", snapshot({ condition: ["Failed"], pods: [pod(terminated(137))] }), "E_BUILD", /killed/],
    ["deadline", snapshot({ condition: ["Failed", "DeadlineExceeded"] }), "E_KUBERNETES", /deadline/],
    [
      "evicted",
      snapshot({ condition: ["Failed"], pods: [pod(undefined, { reason: "Evicted", message: "low on disk" })] }),
      "E_KUBERNETES",
      /Evicted: low on disk/,
    ],
    [
      "image",
      snapshot({ pods: [pod({ waiting: { reason: "ImagePullBackOff", message: "not found" } })] }),
      "E_KUBERNETES",
      /ImagePullBackOff: not found/,
    ],
    [
      "unschedulable",
      snapshot({
        pods: [
          pod(
            undefined,
            { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }] },
            old,
          ),
        ],
      }),
      "E_KUBERNETES",
      /Unschedulable: 0\/1 nodes/,
    ],
    [
      "never started",
      snapshot({ pods: [pod({ waiting: { reason: "ContainerCreating" } }, {}, old)] }),
      "E_KUBERNETES",
      /did not start/,
    ],
    [
      "forbidden Pod",
      snapshot({ events: [{ reason: "FailedCreate", message: "violates PodSecurity" }] }),
      "E_KUBERNETES",
      /violates PodSecurity/,
    ],
    [
      "suspended for too long",
      snapshot({
        job: {
          metadata: { name: "imagespec-x", creationTimestamp: old },
          status: { conditions: [{ type: "Suspended", status: "True", message: "Job suspended" }] },
        },
      }),
      "E_KUBERNETES",
      /it is suspended: Job suspended/,
    ],
    [
      "quota for too long",
      snapshot({
        job: { metadata: { name: "imagespec-x", creationTimestamp: old } },
        events: [{ reason: "FailedCreate", message: "exceeded quota: pods" }],
      }),
      "E_KUBERNETES",
      /quota/,
    ],
  ])("fails: %s", (_name, given, code, message) => {
    const verdict = judgeJob(given);
    expect(verdict).toMatchObject({ state: "failed", error: { code, message: expect.stringMatching(message) } });
    expect(verdict).toMatchObject({ error: { message: expect.stringMatching(/last$/), hint: expect.any(String) } });
    expect(verdict).toMatchObject({ error: { message: expect.stringContaining("imagespec-x") } });
  });

  it("shows what the node kept of the log when no line came", () => {
    const verdict = judgeJob(
      snapshot({ condition: ["Failed"], pods: [pod(terminated(1, "kept one\nkept hunter2"))], tail: [] }),
    );
    expect(verdict).toMatchObject({ error: { details: { tail: ["kept one", "kept ***"] } } });
  });
});
