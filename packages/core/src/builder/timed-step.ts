import type { BuildEvent } from "./build-event.ts";

/** Does work as a step of a build: emits that it started, and that it is done or failed with the seconds it took. */
export async function timedStep<T>(
  emit: (event: BuildEvent) => void,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const end = (status: "done" | "failed") =>
    emit({ type: "step", name, status, seconds: (performance.now() - started) / 1000 });
  emit({ type: "step", name, status: "started" });
  try {
    const result = await work();
    end("done");
    return result;
  } catch (error) {
    end("failed");
    throw error;
  }
}
