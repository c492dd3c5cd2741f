import { relative } from "node:path";
import type { CreatedContainer, RunningContainer } from "@imagespec/container-engine";
import { FileChanges } from "./file-changes.ts";

/** Milliseconds a program has for ending when it is to be run again. */
const PATIENCE = 200;

/** What a run depends on, as it was found. */
export interface WatchedState {
  /** Equal texts need no other image. */
  imageKey: string;
  /** Equal texts mean that there is nothing to run again for. */
  key: string;
  /** Absolute paths of the files and folders that all this was read from. */
  watched: readonly string[];
}

/** What a watched run is made of. */
export interface WatchedRun<State extends WatchedState> {
  /** Reads again what may have changed. */
  prepare(): Promise<State>;
  /** The image's reference, once it exists. */
  build(state: State): Promise<string>;
  /** Makes what the program will run in. */
  create(state: State, image: string): CreatedContainer;
  /** Prints what keeps it from running again. */
  report(error: unknown): void;
  tell(text: string): void;
  signal: AbortSignal;
}

/**
 * Runs a program again whenever something changes that it depends on, until the signal is aborted: the one that runs is
 * stopped once the next can be started. What is wrong for a moment is reported, and the program goes on.
 *
 * @throws what the first `build` throws.
 */
export async function runAgain<State extends WatchedState>(first: State, run: WatchedRun<State>): Promise<void> {
  const { signal, tell } = run;
  const changes = new FileChanges();
  let state = first;
  let running: RunningContainer | undefined;
  let isStopping = false;
  const stop = async (patience?: number) => {
    isStopping = true;
    await running?.stop(patience);
    isStopping = false;
  };
  const restart = async (image: string) => {
    // The engine makes the next container while the program in the present one ends.
    const next = run.create(state, image);
    await stop(PATIENCE);
    if (signal.aborted) await next.remove();
    signal.throwIfAborted();
    running = next.start();
    running.ended.then((code) => {
      if (!isStopping) tell(`ended with ${code}; runs again when a file changes\n`);
    }, run.report);
  };
  try {
    await changes.watch(state.watched);
    let image: string | undefined = await run.build(state);
    for (;;) {
      if (image !== undefined) await restart(image);
      const next = await nextState(state, changes, run);
      const isSameImage = next.imageKey === state.imageKey;
      state = next;
      await changes.watch(state.watched);
      if (!isSameImage || image === undefined) image = await orReport(run.build(state), run);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await stop();
    await changes.close();
  }
}

/**
 * Waits for a change that the run depends on: an ignored file does not count, nor does one that is written as it was.
 */
async function nextState<State extends WatchedState>(
  before: State,
  changes: FileChanges,
  run: WatchedRun<State>,
): Promise<State> {
  for (;;) {
    const path = await changes.next(run.signal);
    const next = await orReport(run.prepare(), run);
    if (next === undefined || next.key === before.key) continue;
    run.tell(`${relative(process.cwd(), path)} changed\n`);
    return next;
  }
}

async function orReport<Value>(
  work: Promise<Value>,
  { report, signal }: Pick<WatchedRun<never>, "report" | "signal">,
): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    signal.throwIfAborted();
    report(error);
    return undefined;
  }
}
