import type { BuildLog } from "./build-log.ts";
import { type SolveStatus, SolveStatusReader } from "./solve-status.ts";

/**
 * Reads lines of buildx's `--progress=rawjson` into a build's log. What is no JSON object is a line docker printed.
 */
export function readRawJsonProgress(
  log: BuildLog,
  secrets: readonly string[],
): { onLine: (line: string, stream: "stdout" | "stderr") => void; end: () => void } {
  const reader = new SolveStatusReader(log, secrets);
  const onLine = (line: string, stream: "stdout" | "stderr") => {
    const status = parse(line);
    if (status === undefined) log.line(line, stream);
    else reader.read(status);
  };
  return { onLine, end: () => reader.end() };
}

function parse(line: string): SolveStatus | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as SolveStatus;
  } catch {
    return undefined;
  }
}
