import { open, readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect } from "vitest";
import { BuildPlace, type PlaceOptions } from "./build-place.ts";
import type { CliChild } from "./cli-child.ts";

const MIB = 1024 ** 2;
/** Long enough for a machine that is busy with other suites. */
const PATIENCE = 120_000;

/** A part of a build that takes as long as nobody ends it. */
export interface Phase {
  name: string;
  /** Makes a place whose build will be in this phase. */
  make(parameters: object, options: PlaceOptions): Promise<BuildPlace>;
  /** Waits until the build is. */
  begun(place: BuildPlace, run: CliChild): Promise<void>;
}

/** Reading the files of the spec, before anything is known of the image: a file without an end in sight. */
export const HASHING: Phase = {
  name: "hashing files",
  async make(parameters, options) {
    const place = await BuildPlace.make(parameters, options);
    await hole(join(place.path, "project/data/large"), 256 * 1024 * MIB);
    return place;
  },
  begun: async (_place, run) => {
    await expect.poll(() => bytesReadBy(run), { timeout: PATIENCE }).toBeGreaterThan(64 * MIB);
  },
};

/** Sending the files of the spec to whoever builds. */
export const SENDING: Phase = {
  name: "sending files",
  async make(parameters, options) {
    const place = await BuildPlace.make(parameters, options);
    await hole(join(place.path, "project/data/large"), 256 * MIB);
    return place;
  },
  begun: async (_place, run) => {
    await run.reaches((event) => event.type === "step" && event.name === "build the image");
    // It has been hashed before, unless its hash was known.
    const before = await bytesReadBy(run);
    await expect.poll(() => bytesReadBy(run), { timeout: PATIENCE }).toBeGreaterThan(before + 32 * MIB);
  },
};

/** A step of the build that does not end. */
export const COMMAND: Phase = {
  name: "running a command",
  make: (parameters, options) => BuildPlace.make({ ...parameters, commands: ["echo sleeping; sleep 1000"] }, options),
  begun: async (_place, run) => {
    await run.reaches((event) => event.type === "log" && event.line.trim() === "sleeping");
  },
};

/** Resolving packages at an index that accepts a connection and says nothing. */
export const RESOLVING: Phase = {
  name: "resolving packages",
  async make(parameters, options) {
    const silent = createServer();
    const connected = Promise.withResolvers<void>();
    silent.on("connection", (socket) => {
      socket.on("error", () => {});
      connected.resolve();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    silent.unref();
    const pip_index = `http://localhost:${(silent.address() as AddressInfo).port}/simple`;
    const place = await BuildPlace.make({ ...parameters, packages: ["tiny-one"], pip_index }, options);
    waiting.set(place, connected.promise);
    return place;
  },
  begun: async (place) => waiting.get(place),
};
const waiting = new WeakMap<BuildPlace, Promise<void>>();

/** Pushing to a registry that accepts a request and does not answer. */
export const PUSHING: Phase = {
  name: "pushing",
  make: (parameters, options) => BuildPlace.make(parameters, { ...options, stallsPushes: true }),
  begun: pushBegins,
};

/** Starts a build and waits until it is in the phase. */
export async function startInto(phase: Phase, place: BuildPlace, ...args: string[]): Promise<CliChild> {
  for (;;) {
    const run = place.start(...args);
    const hasEnded = await Promise.race([phase.begun(place, run).then(() => false), run.ended.then(() => true)]);
    if (!hasEnded) return run;
    if (!run.metBusyEngine) throw new Error(`it ended before: ${JSON.stringify(run.last)} ${(await run.ended).stderr}`);
  }
}

/** Waits until a push has begun, whoever began it. */
export async function pushBegins({ proxy }: BuildPlace): Promise<void> {
  const isUpload = () => proxy.exchanges.some(({ fault }) => fault?.stall !== undefined);
  await expect.poll(isUpload, { timeout: PATIENCE }).toBe(true);
}

/** A file of that many bytes, all of them zero, that takes no space on the disk. */
async function hole(path: string, size: number): Promise<void> {
  await using file = await open(path, "w");
  await file.truncate(size);
}

/** Bytes that a process has read from files and pipes; of one that has ended, none. */
async function bytesReadBy({ child }: CliChild): Promise<number> {
  const io = await readFile(`/proc/${child.pid}/io`, "utf8").catch(() => "");
  return Number(/^rchar: (\d+)$/m.exec(io)?.[1] ?? 0);
}
