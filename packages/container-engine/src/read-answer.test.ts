import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readProgress, readText } from "./read-answer.ts";

const failed = (reason: string) => new Error(reason);

describe("readProgress", () => {
  it("hears of a failure told in the stream, however it is cut", async () => {
    const text = '{"status":"Pulling"}\n{"errorDetail":{"message":"no such image"},"error":"x"}\n{"status":"after"}';
    for (const size of [1, 7, text.length]) {
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      await expect(readProgress(Readable.from(chunks), failed)).rejects.toThrow("no such image");
    }
  });

  it("ends quietly otherwise", async () => {
    await expect(readProgress(Readable.from(['{"stream":"Loaded"}\r\n', ""]), failed)).resolves.toBeUndefined();
  });

  it("keeps letters whole that two chunks share", async () => {
    const bytes = Buffer.from('{"error":"größer"}');
    await expect(readProgress(Readable.from([...bytes].map((byte) => Buffer.of(byte))), failed)).rejects.toThrow(
      "größer",
    );
  });

  it.each(["<html>", '{"status":', "nonsense\n{}"])("is E_DAEMON for %s", async (text) => {
    await expect(readProgress(Readable.from([text]), failed)).rejects.toMatchObject({ code: "E_DAEMON" });
  });

  it("takes no message without an end", async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(64 * 1024, "a");
      })(),
    );
    await expect(readProgress(endless, failed)).rejects.toThrow("too long");
    expect(endless.destroyed).toBe(true);
  });
});

describe("readText", () => {
  it("reads to the end, and no more than 4 MiB", async () => {
    expect(await readText(Readable.from([Buffer.from("a"), Buffer.from("b")]))).toBe("ab");
    const long = Readable.from(Array.from({ length: 5 }, () => Buffer.alloc(1024 * 1024)));
    await expect(readText(long)).rejects.toMatchObject({ code: "E_DAEMON" });
  });
});
