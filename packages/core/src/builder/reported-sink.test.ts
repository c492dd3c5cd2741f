import type { Descriptor, ImageSink } from "@imagespec/registry";
import { expect, it } from "vitest";
import type { BuildEvent } from "./build-event.ts";
import { reportedSink } from "./reported-sink.ts";
import { TransferReport } from "./transfer-report.ts";

/**
 * A sink that has a blob of each kind: one that is there, one that is sent, one that is sent at the second try, or
 * never.
 */
const sink: ImageSink = {
  name: "sink",
  hasBlob: async () => false,
  async putBlob({ digest }, open) {
    if (digest === "there") return;
    if (digest === "twice") for await (const _ of open()) break;
    for await (const _ of open());
    if (digest === "lost") throw new Error("lost");
  },
  putManifest: async () => undefined,
};

const blob = (digest: string, size: number): Descriptor => ({ mediaType: "layer", digest, size });

async function* bytes(size: number) {
  for (let sent = 0; sent < size; sent += 10) yield Buffer.alloc(10);
}

it("tells what was sent and what was there, once each, whatever was tried again", async () => {
  const events: BuildEvent[] = [];
  const report = new TransferReport((event) => events.push(event), { name: "push", direction: "pushed" });
  const reported = reportedSink(sink, report);
  for (const [digest, size] of [
    ["there", 100],
    ["once", 50],
    ["twice", 30],
  ] as const) {
    await reported.putBlob(blob(digest, size), () => bytes(size));
  }
  await expect(reported.putBlob(blob("lost", 40), () => bytes(40))).rejects.toThrow("lost");
  await reported.putManifest({ mediaType: "manifest", digest: "m", bytes: Buffer.alloc(1) });
  const about = { type: "progress", name: "push", direction: "pushed", unit: "bytes" };
  expect(events.at(-1)).toEqual({ ...about, current: 180, total: 180, reused: 100 });
  expect(events.every((event) => event.type === "progress" && event.current <= (event.total ?? 0))).toBe(true);
});
