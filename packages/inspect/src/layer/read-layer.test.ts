import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { tar } from "../fixtures/make-layer.ts";
import { readLayer } from "./read-layer.ts";

it("ends when the layer breaks off while a visit takes its time", async () => {
  const bytes = await tar({ a: "x", b: "y" });
  async function* breaking() {
    yield bytes.subarray(0, 1024);
    throw new Error("broken");
  }
  const reading = readLayer(breaking(), {
    subject: "x",
    signal: new AbortController().signal,
    refuse: (why) => new Error(why) as never,
    visit: async (member) => {
      for await (const _ of member);
      await sleep(30);
    },
  });
  await expect(reading).rejects.toThrow("broken");
}, 3000);
