/** How a pool's workers are started and measured, and how many there may be. */
export interface WorkerPoolOptions<Worker> {
  most: number;
  /** How much a worker still has to do; 0 when it is idle. */
  backlog(worker: Worker): number;
  /** Starts a worker, which calls `ended` once it takes no more work. */
  start(ended: () => void): Worker;
}

/** Workers that share work, each started when all others are busy. */
export class WorkerPool<Worker> {
  readonly #options: WorkerPoolOptions<Worker>;
  readonly #workers = new Set<Worker>();

  constructor(options: WorkerPoolOptions<Worker>) {
    this.#options = options;
  }

  /** The worker with the least to do: a new one where all others are busy and there may be more. */
  idlest(): Worker {
    const { most, backlog, start } = this.#options;
    const [idlest] = [...this.#workers].sort((a, b) => backlog(a) - backlog(b));
    if (idlest !== undefined && (backlog(idlest) === 0 || this.#workers.size >= most)) return idlest;
    const started = start(() => this.#workers.delete(started));
    this.#workers.add(started);
    return started;
  }

  /** Removes all workers from the pool, for the caller to end them. */
  empty(): Worker[] {
    const workers = [...this.#workers];
    this.#workers.clear();
    return workers;
  }
}
