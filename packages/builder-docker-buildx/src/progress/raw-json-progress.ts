import { redact } from "@imagespec/registry";
import type { BuildLog } from "./build-log.ts";

interface SolveStatus {
  vertexes?: {
    digest: string;
    name?: string;
    started?: string;
    completed?: string;
    cached?: boolean;
    error?: string;
  }[];
  statuses?: { id?: string; name?: string; current?: number; total?: number; completed?: string }[];
  logs?: { vertex: string; stream?: number; data?: string }[];
  warnings?: { short?: string }[];
}

/**
 * Reads lines of buildx's `--progress=rawjson` into a build's log. What is no JSON object is a line docker printed.
 * The log's text comes encoded, so `secrets` are blotted out here.
 */
export function readRawJsonProgress(
  log: BuildLog,
  secrets: readonly string[],
): { onLine: (line: string, stream: "stdout" | "stderr") => void; end: () => void } {
  const rest = new Map<string, string>();
  const clean = (text: string) => redact(text.replace(/\r$/, ""), secrets);
  const onLine = (line: string, stream: "stdout" | "stderr") => {
    const status = parse(line);
    if (status === undefined) return log.line(line, stream);
    for (const vertex of status.vertexes ?? []) {
      if (vertex.started !== undefined || vertex.cached) log.start(vertex.digest, vertex.name ?? vertex.digest);
      if (vertex.error) {
        log.end(vertex.digest, "failed");
        log.line(clean(vertex.error), "stderr");
      } else if (vertex.cached) log.end(vertex.digest, "cached");
      else if (vertex.completed !== undefined) log.end(vertex.digest, "done", seconds(vertex));
    }
    for (const { vertex, stream: from, data } of status.logs ?? []) {
      const key = `${vertex} ${from}`;
      const lines = ((rest.get(key) ?? "") + Buffer.from(data ?? "", "base64").toString("utf8")).split(/\r?\n/);
      rest.set(key, lines.pop() ?? "");
      for (const text of lines) log.line(clean(text), from === 2 ? "stderr" : "stdout");
    }
    for (const { id, name, current = 0, total } of status.statuses ?? []) {
      if (current > 0 || total) log.progress(name || id || "", current, total);
    }
  };
  const end = () => {
    for (const [key, text] of rest) if (text !== "") log.line(clean(text), key.endsWith(" 2") ? "stderr" : "stdout");
    rest.clear();
  };
  return { onLine, end };
}

function parse(line: string): SolveStatus | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as SolveStatus;
  } catch {
    return undefined;
  }
}

function seconds({ started, completed }: { started?: string; completed?: string }): number | undefined {
  const time = Date.parse(completed ?? "") - Date.parse(started ?? "");
  return Number.isFinite(time) ? Math.max(0, time / 1000) : undefined;
}
