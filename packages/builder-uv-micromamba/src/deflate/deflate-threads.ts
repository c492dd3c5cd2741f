import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { WorkerPool } from "../worker-pool.ts";
import { Deflater } from "./deflate.ts";
import type { DeflateAnswer, DeflateTask } from "./deflate-worker.ts";
import { fixedMember } from "./gzip-member.ts";

/** Blocks below this many bytes are compressed on the main thread, which takes less time than starting another. */
const WORTH_A_THREAD = 128 * 1024;

interface Thread {
  worker: Worker;
  waiting: Map<number, PromiseWithResolvers<Buffer>>;
}

/**
 * Compresses blocks beside the main thread, on as many threads as there are cores left; each starts when it is needed.
 */
export class DeflateThreads {
  readonly count: number;
  readonly #deflater = new Deflater();
  readonly #threads: WorkerPool<Thread>;
  #next = 0;

  constructor(count: number = Math.max(1, Math.min(availableParallelism(), 8) - 1)) {
    this.count = count;
    this.#threads = new WorkerPool({ most: count, backlog: ({ waiting }) => waiting.size, start: startThread });
  }

  /** The block as a gzip member; the block may not be used afterwards. */
  member(block: Uint8Array<ArrayBuffer>): Buffer | Promise<Buffer> {
    if (block.length < WORTH_A_THREAD) return fixedMember(block, this.#deflater);
    const thread = this.#threads.idlest();
    const answer = Promise.withResolvers<Buffer>();
    const id = this.#next++;
    thread.waiting.set(id, answer);
    thread.worker.ref();
    thread.worker.postMessage({ id, block } satisfies DeflateTask, [block.buffer]);
    return answer.promise;
  }

  /** Ends the threads; blocks under way are rejected. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.empty().map(({ worker }) => worker.terminate()));
  }
}

function startThread(ended: () => void): Thread {
  // Node runs the sources as they are; what is published is JavaScript.
  const file = import.meta.url.endsWith(".ts") ? "./deflate-worker.ts" : "./deflate-worker.js";
  const worker = new Worker(new URL(file, import.meta.url), { execArgv: [] });
  const waiting: Thread["waiting"] = new Map();
  const fail = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on("message", ({ id, member }: DeflateAnswer) => {
    waiting.get(id)?.resolve(Buffer.from(member.buffer, member.byteOffset, member.byteLength));
    waiting.delete(id);
    // An idle thread must not keep the process alive.
    if (waiting.size === 0) worker.unref();
  });
  worker.on("error", fail);
  worker.on("exit", (code) => {
    fail(new Error(`a thread that compresses ended with ${code}`));
    ended();
  });
  return { worker, waiting };
}
