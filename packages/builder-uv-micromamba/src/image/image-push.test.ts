import { setImmediate as turn } from "node:timers/promises";
import type { BuildEvent } from "@imagespec/core/builder";
import type { Descriptor, ImageSink } from "@imagespec/registry";
import { expect, it } from "vitest";
import type { BuiltLayer } from "../layer/layer-source.ts";
import type { BuildSession } from "../session/build-session.ts";
import type { AssembledImage } from "./assemble-image.ts";
import { ImagePush } from "./image-push.ts";

const layer = (name: string): BuiltLayer => ({
  source: { key: name, title: name, entries: () => [] },
  digest: `sha256:${name}`,
  size: 10,
  diffId: "",
});
const manifest = { mediaType: "m", digest: "sha256:manifest", bytes: Buffer.alloc(1) };
const imageOf = (layers: BuiltLayer[]) =>
  ({
    base: { layers: [] },
    layers,
    config: { descriptor: { mediaType: "c", digest: "sha256:config", size: 1 }, bytes: Buffer.alloc(1) },
    manifest,
  }) as unknown as AssembledImage;

/** A push to a registry of which `put` says what becomes of a blob; it notes what it was sent. */
function pushTo(put: (name: string, signal: AbortSignal | undefined) => Promise<void>, held: string[] = []) {
  const sent: string[] = [];
  const asked = { now: 0, most: 0 };
  const events: BuildEvent[] = [];
  const sink: ImageSink = {
    name: "registry",
    async hasBlob({ digest }) {
      asked.most = Math.max(asked.most, ++asked.now);
      if (held.length > 0) await turn();
      asked.now--;
      return held.includes(digest.slice("sha256:".length));
    },
    async putBlob({ digest }: Descriptor, open, options) {
      for await (const _ of open());
      await put(digest.slice("sha256:".length), options?.signal);
      sent.push(digest.slice("sha256:".length));
    },
    async putManifest(_, options) {
      sent.push(`tag ${options?.tag}`);
    },
  };
  const tracked: Promise<unknown>[] = [];
  const session = {
    request: { plan: { reference: "localhost:5000/app:one" }, emit: (event: BuildEvent) => events.push(event) },
    signal: new AbortController().signal,
    registry: { repository: () => sink },
    layers: {
      isHeld: ({ digest }: BuiltLayer) => digest === "sha256:held",
      verify: async () => true,
      async *open() {
        yield Buffer.alloc(10);
      },
    },
    track: (work: Promise<unknown>) => tracked.push(work),
  } as unknown as BuildSession;
  const progress = () => events.findLast((event) => event.type === "progress");
  return { push: new ImagePush(session), sent, asked, progress, tracked };
}

it("sends layers once, while others are made, and counts them as pushed", async () => {
  const { push, sent, progress } = pushTo(async () => {});
  push.begin(layer("a"));
  push.begin(layer("a"));
  await turn();
  expect(sent).toEqual(["a"]);
  expect(await push.write([imageOf([layer("a"), layer("b")])])).toMatchObject({ digest: "sha256:manifest" });
  expect(sent).toEqual(["a", "b", "config", "tag one"]);
  expect(progress()).toMatchObject({ current: 21, total: 21, reused: 0 });
});

it("asks nothing more of layers that the registry has said it has, and counts them as there", async () => {
  const { push, sent, progress } = pushTo(async () => {});
  for (const name of ["held", "held", "a"]) push.begin(layer(name));
  await push.write([imageOf([layer("held"), layer("a")])]);
  expect(sent).toEqual(["a", "config", "tag one"]);
  expect(progress()).toMatchObject({ current: 21, total: 21, reused: 10 });
});

it("asks for many layers at a time, and sends two of those that are missing", async () => {
  let [sending, most] = [0, 0];
  const names = Array.from({ length: 20 }, (_, at) => String(at));
  const { push, asked, sent, progress } = pushTo(
    async () => {
      most = Math.max(most, ++sending);
      await turn();
      sending--;
    },
    names.slice(0, 12),
  );
  for (const name of names) push.begin(layer(name));
  for (let turns = 0; turns < 20; turns++) await turn();
  expect([asked.most, most, sent]).toEqual([8, 2, names.slice(12)]);
  await push.write([imageOf(names.map(layer))]);
  expect(progress()).toMatchObject({ current: 201, total: 201, reused: 120 });
});

it("sends the base's layers ahead as well", async () => {
  const { push, sent } = pushTo(async () => {});
  const image = imageOf([]);
  const below = { mediaType: "l", digest: "sha256:below", size: 10 };
  const base = { layers: [below], source: { getBlob: () => [Buffer.alloc(10)] } } as unknown as AssembledImage["base"];
  push.beginBase(base);
  await turn();
  expect(sent).toEqual(["below"]);
  await push.write([{ ...image, base }]);
  expect(sent).toEqual(["below", "config", "tag one"]);
});

it("sends at the end what could not be sent ahead, and what would have come after it", async () => {
  let tries = 0;
  const { push, sent, progress } = pushTo(async (name) => {
    if (name === "a" && ++tries === 1) throw new Error("busy");
    await turn();
  });
  const layers = ["a", "b", "c"].map(layer);
  for (const one of layers) push.begin(one);
  for (let turns = 0; turns < 5; turns++) await turn();
  expect(sent).toEqual(["b"]);
  await push.write([imageOf(layers)]);
  expect([tries, sent.toSorted()]).toEqual([2, ["a", "b", "c", "config", "tag one"]]);
  expect(progress()).toMatchObject({ current: 31, total: 31 });
});

it("leaves to the end what did not get its turn, and waits for what is under way", async () => {
  const free = Promise.withResolvers<void>();
  const { push, sent } = pushTo((name) => (name === "a" || name === "b" ? free.promise : Promise.resolve()));
  const layers = ["a", "b", "c", "d"].map(layer);
  for (const one of layers) push.begin(one);
  await turn();
  const written = push.write([imageOf(layers)]);
  await turn();
  expect(sent).not.toContain("tag one");
  free.resolve();
  await written;
  expect(sent.toSorted()).toEqual(["a", "b", "c", "config", "d", "tag one"]);
});

it("does not wait for a layer that is under way when something else fails", async () => {
  const never = new Promise<void>(() => {});
  const { push } = pushTo((name) => (name === "a" ? never : Promise.reject(new Error("refused"))));
  push.begin(layer("a"));
  await turn();
  await expect(push.write([imageOf([layer("a")])])).rejects.toThrow("refused");
});
