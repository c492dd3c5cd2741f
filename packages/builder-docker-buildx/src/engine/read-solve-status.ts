import type { SolveStatus } from "../progress/solve-status.ts";
import { type Field, readFields } from "./protobuf.ts";

/** Reads what the engine tells of a build (moby.buildkit.v1.StatusResponse), in the form buildx prints it. */
export function readSolveStatus(message: Buffer): SolveStatus {
  const status: Required<Pick<SolveStatus, "vertexes" | "statuses" | "logs">> = {
    vertexes: [],
    statuses: [],
    logs: [],
  };
  for (const { number, bytes } of readFields(message)) {
    const fields = new Map<number, Field>();
    if (number <= 3) for (const field of readFields(bytes)) fields.set(field.number, field);
    const text = (at: number) => fields.get(at)?.bytes.toString("utf8") ?? "";
    const count = (at: number) => fields.get(at)?.value ?? 0;
    if (number === 1) {
      const error = text(7);
      status.vertexes.push({
        digest: text(1),
        name: text(3),
        cached: count(4) === 1,
        ...timeOf("started", fields.get(5)),
        ...timeOf("completed", fields.get(6)),
        ...(error === "" ? {} : { error }),
      });
    } else if (number === 2) {
      status.statuses.push({ id: text(1), name: text(3), current: count(4), total: count(5) });
    } else if (number === 3) {
      const data = (fields.get(4)?.bytes ?? Buffer.alloc(0)).toString("base64");
      status.logs.push({ vertex: text(1), stream: count(3), data });
    }
  }
  return status;
}

/** google.protobuf.Timestamp: seconds and nanoseconds. */
function timeOf(name: "started" | "completed", field: Field | undefined): { started?: string; completed?: string } {
  if (field === undefined) return {};
  const parts = new Map([...readFields(field.bytes)].map((part) => [part.number, part.value]));
  const milliseconds = (parts.get(1) ?? 0) * 1000 + (parts.get(2) ?? 0) / 1e6;
  return { [name]: new Date(milliseconds).toISOString() };
}
