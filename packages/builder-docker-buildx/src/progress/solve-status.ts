import { redact } from "@imagespec/registry";
import type { BuildLog } from "./build-log.ts";

/** What BuildKit tells of a build, as buildx prints it: the changes since it told last. */
export interface SolveStatus {
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

/** Brings BuildKit's reports into a build's log. The text in them comes encoded, so `secrets` are blotted out here. */
export class SolveStatusReader {
  readonly #log: BuildLog;
  readonly #secrets: readonly string[];
  readonly #rest = new Map<string, string>();

  constructor(log: BuildLog, secrets: readonly string[]) {
    this.#log = log;
    this.#secrets = secrets;
  }

  read(status: SolveStatus): void {
    const log = this.#log;
    for (const vertex of status.vertexes ?? []) {
      if (vertex.started !== undefined || vertex.cached) log.start(vertex.digest, vertex.name ?? vertex.digest);
      if (vertex.error) {
        log.end(vertex.digest, "failed");
        log.line(this.#clean(vertex.error), "stderr");
      } else if (vertex.cached) log.end(vertex.digest, "cached");
      else if (vertex.completed !== undefined) log.end(vertex.digest, "done", seconds(vertex));
    }
    for (const { vertex, stream, data } of status.logs ?? []) {
      const key = `${vertex} ${stream}`;
      const lines = ((this.#rest.get(key) ?? "") + Buffer.from(data ?? "", "base64").toString("utf8")).split(/\r?\n/);
      this.#rest.set(key, lines.pop() ?? "");
      for (const line of lines) log.line(this.#clean(line), stream === 2 ? "stderr" : "stdout");
    }
    for (const { id, name, current = 0, total } of status.statuses ?? []) {
      if (current > 0 || total) log.progress(name || id || "", current, total);
    }
  }

  /** Gives out lines that were not ended. */
  end(): void {
    for (const [key, text] of this.#rest) {
      if (text !== "") this.#log.line(this.#clean(text), key.endsWith(" 2") ? "stderr" : "stdout");
    }
    this.#rest.clear();
  }

  #clean(text: string): string {
    return redact(text.replace(/\r$/, ""), this.#secrets);
  }
}

function seconds({ started, completed }: { started?: string; completed?: string }): number | undefined {
  const time = Date.parse(completed ?? "") - Date.parse(started ?? "");
  return Number.isFinite(time) ? Math.max(0, time / 1000) : undefined;
}
