import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { finishEngineStream } from "./finish-engine-stream.ts";

describe("finishEngineStream", () => {
  it("hears of a failure told in the stream, however it is cut", async () => {
    const text = '{"status":"Pulling"}\n{"errorDetail":{"message":"no such image"},"error":"x"}\n{"status":"after"}';
    for (const size of [1, 7, text.length]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      await expect(finishEngineStream(Readable.from(chunks))).rejects.toThrow("no such image");
    }
  });

  it("ends quietly otherwise", async () => {
    await expect(finishEngineStream(Readable.from(['{"stream":"Loaded"}\r\n', ""]))).resolves.toBeUndefined();
  });
});
