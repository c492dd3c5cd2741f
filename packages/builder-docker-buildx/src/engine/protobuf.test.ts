import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFields, readSolveStatus, textField, writeFields } from "./protobuf.ts";

describe("protobuf", () => {
  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.integer({ min: 1, max: 5000 }).map(String), fc.string({ minLength: 1, maxLength: 300 })),
        (fields) => {
          const message = writeFields(fields);
          for (const [number, text] of Object.entries(fields))
            expect(textField(message, Number(number))).toBe(text.toWellFormed());
        },
      ),
    );
  });

  it("ends with an error for bytes that are not a message", () => {
    for (const bytes of [[0x0a, 0x05, 1], [0x08], [0x0b], Array(12).fill(0xff)]) {
      expect(() => [...readFields(Buffer.from(bytes))]).toThrow(RangeError);
    }
  });

  it("reads what an engine tells", () => {
    // timestamp { seconds: 10, nanos: 500000000 }
    const time = Buffer.from([0x08, 10, 0x10, 0x80, 0xca, 0xb5, 0xee, 0x01]);
    const vertex = writeFields({ 1: "sha256:a", 3: "[1/1] RUN x", 5: time, 7: "failed" });
    const log = Buffer.concat([writeFields({ 1: "sha256:a" }), Buffer.from([0x18, 2]), writeFields({ 4: "text\n" })]);
    const status = readSolveStatus(Buffer.concat([writeFields({ 1: vertex }), writeFields({ 3: log })]));
    expect(status).toEqual({
      vertexes: [
        {
          digest: "sha256:a",
          name: "[1/1] RUN x",
          cached: false,
          started: "1970-01-01T00:00:10.500Z",
          error: "failed",
        },
      ],
      statuses: [],
      logs: [{ vertex: "sha256:a", stream: 2, data: Buffer.from("text\n").toString("base64") }],
    });
  });
});
