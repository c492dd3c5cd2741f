import { expect, it } from "vitest";
import { collectBytes } from "./collect-bytes.ts";

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

it.each([[["one"]], [["one", " ", "two"]], [[]]])("gathers the pieces %j", async (texts) => {
  expect(Buffer.from(await collectBytes(pieces(...texts), 7, "the answer")).toString()).toBe(texts.join(""));
});

it("ends at the piece that goes beyond the limit, however much would follow", async () => {
  let given = 0;
  async function* endless() {
    for (;;) {
      given++;
      yield Buffer.alloc(10);
    }
  }
  await expect(collectBytes(endless(), 25, "the answer")).rejects.toMatchObject({
    code: "E_REGISTRY",
    message: "the answer is larger than 25 bytes",
  });
  expect(given).toBe(3);
});
