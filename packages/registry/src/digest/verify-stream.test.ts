import { expect, it } from "vitest";
import { bytesOf, failureOf } from "../fixtures/tiny-image.ts";
import { digestOf } from "./digest.ts";
import { verifyStream } from "./verify-stream.ts";

async function* pieces(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}
const good = { digest: digestOf("hello world"), size: 11 };

it("passes good content on unchanged", async () => {
  expect((await bytesOf(verifyStream(pieces("hello", " ", "world"), good, "x"))).toString()).toBe("hello world");
  expect(await bytesOf(verifyStream(pieces(), { digest: digestOf(""), size: 0 }, "x"))).toHaveLength(0);
});

it.each([
  ["a flipped bit", ["hello", " ", "worle"]],
  ["a short stream", ["hello", " ", "worl"]],
  ["extra bytes", ["hello", " ", "world", "!"]],
])("refuses %s, and never hands out the last piece", async (_name, texts) => {
  let seen = "";
  const read = async () => {
    for await (const piece of verifyStream(pieces(...texts), good, "the blob")) seen += Buffer.from(piece).toString();
  };
  expect(await failureOf(read())).toMatchObject({
    code: "E_DIGEST_MISMATCH",
    message: expect.stringContaining("the blob"),
  });
  expect(seen.length).toBeLessThan(11);
});

it("passes each piece on before the next one is read, but the last", async () => {
  const passed: string[] = [];
  const read = async function* () {
    for await (const piece of pieces("hello", " ", "world", "")) {
      passed.push(`read '${piece}'`);
      yield piece;
    }
  };
  for await (const piece of verifyStream(read(), good, "x")) passed.push(`got '${piece}'`);
  expect(passed).toEqual([
    "read 'hello'",
    "got 'hello'",
    "read ' '",
    "got ' '",
    "read 'world'",
    "read ''",
    "got 'world'",
  ]);
});

it.each(["sha256:../../x", "", "md5:abc", `sha256:${"Z".repeat(64)}`])(
  "refuses the digest %s before it reads",
  async (digest) => {
    let read = false;
    const content = async function* () {
      read = true;
      yield Buffer.from("x");
    };
    expect(await failureOf(bytesOf(verifyStream(content(), { digest, size: 1 }, "x")))).toMatchObject({
      code: "E_DIGEST_MISMATCH",
    });
    expect(read).toBe(false);
  },
);

it("knows sha512", async () => {
  const { createHash } = await import("node:crypto");
  const digest = `sha512:${createHash("sha512").update("ab").digest("hex")}`;
  expect((await bytesOf(verifyStream(pieces("ab"), { digest, size: 2 }, "x"))).toString()).toBe("ab");
});
