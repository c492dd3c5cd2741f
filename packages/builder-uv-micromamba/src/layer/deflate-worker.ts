import { parentPort } from "node:worker_threads";
import { type FixedLevel, fixedMember } from "./fixed-deflate.ts";

/** A block that a thread compresses. */
export interface DeflateTask {
  id: number;
  block: Uint8Array;
  level: FixedLevel;
}

export interface DeflateAnswer {
  id: number;
  member: Uint8Array;
}

parentPort?.on("message", ({ id, block, level }: DeflateTask) => {
  const member = fixedMember(block, level);
  parentPort?.postMessage({ id, member } satisfies DeflateAnswer);
});
