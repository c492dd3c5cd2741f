import { expect, it } from "vitest";
import { WorkerPool } from "./worker-pool.ts";

interface Worker {
  name: number;
  backlog: number;
  end(): void;
}

const pool = (most: number) => {
  let name = 0;
  return new WorkerPool<Worker>({
    most,
    backlog: (worker) => worker.backlog,
    start: (end) => ({ name: ++name, backlog: 0, end }),
  });
};

it("starts a worker when all others are busy, and gives work to the one that has least", () => {
  const workers = pool(2);
  const first = workers.idlest();
  expect(workers.idlest()).toBe(first);
  first.backlog = 5;
  const second = workers.idlest();
  expect(second.name).toBe(2);
  second.backlog = 7;
  expect(workers.idlest()).toBe(first);
  first.backlog = 9;
  expect(workers.idlest()).toBe(second);
});

it("gives no work to a worker that has ended, nor to one that was taken out", () => {
  const workers = pool(2);
  const first = workers.idlest();
  first.backlog = 1;
  const second = workers.idlest();
  second.end();
  expect(workers.idlest().name).toBe(3);
  expect(workers.empty().map(({ name }) => name)).toEqual([1, 3]);
  const fourth = workers.idlest();
  expect(fourth.name).toBe(4);
  first.end();
  expect(workers.idlest()).toBe(fourth);
});
