import { parentPort } from "node:worker_threads";
import { Deflater } from "./deflate.ts";
import { fixedMember } from "./gzip-member.ts";

/** A block that a thread compresses. */
export interface DeflateTask {
  id: number;
  block: Uint8Array<ArrayBuffer>;
}

export interface DeflateAnswer {
  id: number;
  member: Uint8Array;
}

const deflater = new Deflater();
parentPort?.on("message", ({ id, block }: DeflateTask) => {
  const member = fixedMember(block, deflater);
  parentPort?.postMessage({ id, member } satisfies DeflateAnswer);
});
