/** What a pool's workers are, and how many there may be. */
export interface WorkerPoolOptions<Worker> {
  most: number;
  /** What a worker has still to do; 0 when it is idle. */
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

  /** The worker with the least to do. */
  idlest(): Worker {
    const { most, backlog, start } = this.#options;
    const [idlest] = [...this.#workers].sort((a, b) => backlog(a) - backlog(b));
    if (idlest !== undefined && (backlog(idlest) === 0 || this.#workers.size >= most)) return idlest;
    const started = start(() => this.#workers.delete(started));
    this.#workers.add(started);
    return started;
  }

  /** Takes all workers out, to be ended. */
  empty(): Worker[] {
    const workers = [...this.#workers];
    this.#workers.clear();
    return workers;
  }
}
