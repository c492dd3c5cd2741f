import { isRunning, processMark } from "@imagespec/core/builder";
import type Docker from "dockerode";

/** Holds the image's reference; all containers of this builder have it. */
const SUBJECT_LABEL = "dev.imagespec.kaniko";
/** Holds the mark of the process that the container belongs to. */
const CLIENT_LABEL = "dev.imagespec.client";
/** Seconds since the epoch after which a container of a process that cannot be looked at from here is left behind. */
const EXPIRY_LABEL = "dev.imagespec.expires";
/** Time to read the image out of the container, once its build is over, in seconds. */
const READ_GRACE_S = 24 * 3600;

/** The labels of a container, by which a later process knows whether it was left behind. `timeout` in seconds. */
export function containerLabels(subject: string, timeout: number): Record<string, string> {
  const expiry = Math.ceil(Date.now() / 1000 + timeout + READ_GRACE_S);
  return { [SUBJECT_LABEL]: subject, [CLIENT_LABEL]: processMark(), [EXPIRY_LABEL]: String(expiry) };
}

/**
 * Removes the containers that killed processes left: those of a process that is known to have ended, and, where a
 * process cannot be looked at (the engine is shared by several machines), those that are past their time. Best effort.
 */
export async function sweepContainers(docker: Docker): Promise<void> {
  const filters = { label: [SUBJECT_LABEL, CLIENT_LABEL] };
  const containers = await docker.listContainers({ all: true, filters }).catch(() => []);
  const abandoned = containers.filter(({ Labels: labels }) => {
    const running = isRunning(labels[CLIENT_LABEL] ?? "");
    return running === false || (running === undefined && Date.now() / 1000 > Number(labels[EXPIRY_LABEL] ?? Infinity));
  });
  await Promise.allSettled(abandoned.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
}
