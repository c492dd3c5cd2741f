import type { SolveStatus } from "../progress.ts";

/** One field of a message: its number, and its value as bytes or as a whole number. */
export interface Field {
  number: number;
  bytes: Buffer;
  value: number;
}

const EMPTY = Buffer.alloc(0);

/**
 * The fields of a message in the protocol buffers encoding (protobuf.dev/programming-guides/encoding), in order.
 * BuildKit's few messages need no more than this. Throws RangeError for bytes that are not a message.
 */
export function* readFields(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message.readUInt8(at++);
      // Only sums of bytes could exceed 2^53, and those are only displayed.
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number of more than ten bytes");
  };
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError("a field reaches over the end of its message");
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    const type = key % 8;
    if (type === 0) yield { number, bytes: EMPTY, value: varint() };
    else if (type === 1) yield { number, bytes: take(8), value: 0 };
    else if (type === 2) yield { number, bytes: take(varint()), value: 0 };
    else if (type === 5) yield { number, bytes: take(4), value: 0 };
    else throw new RangeError(`a field of unknown kind ${type}`);
  }
}

/** The text of a message's field, empty when it is not there. */
export function textField(message: Buffer, number: number): string {
  for (const field of readFields(message)) if (field.number === number) return field.bytes.toString("utf8");
  return "";
}

/** A message of texts and bytes, by field number; empty fields are left out, as the encoding requires. */
export function writeFields(fields: Readonly<Record<number, string | Uint8Array>>): Buffer {
  const parts: Buffer[] = [];
  for (const [number, content] of Object.entries(fields)) {
    const bytes = Buffer.from(content);
    if (bytes.length > 0) parts.push(writeVarint(Number(number) * 8 + 2), writeVarint(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function writeVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

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
