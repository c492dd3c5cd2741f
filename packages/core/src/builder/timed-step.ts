import type { BuildEvent } from "./build-event.ts";

/**
 * Does work as a step of a build, of one `platform` where several are built: emits that it started, and that it is done
 * or failed with the seconds it took. `ending` is told the result, and says whether it was there already.
 */
export async function timedStep<T>(
  emit: (event: BuildEvent) => void,
  step: string | { name: string; platform: string | undefined },
  work: () => Promise<T>,
  ending: (result: T) => "done" | "cached" = () => "done",
): Promise<T> {
  // `performance` would make Node load all that measures it, 2 ms of a command that takes 120.
  const started = process.uptime();
  const about = typeof step === "string" ? { name: step } : step;
  const end = (status: "done" | "cached" | "failed") =>
    emit({ type: "step", ...about, status, seconds: process.uptime() - started });
  emit({ type: "step", ...about, status: "started" });
  try {
    const result = await work();
    end(ending(result));
    return result;
  } catch (error) {
    end("failed");
    throw error;
  }
}
