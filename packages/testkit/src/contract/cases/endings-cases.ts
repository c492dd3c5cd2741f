import { readdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { faultProxy } from "../../fault-proxy/fault-proxy.ts";
import type { Contract } from "../contract.ts";
import type { NamedCases } from "../contract-case.ts";
import { lazy } from "../lazy.ts";
import { leftoversSince } from "../leftovers.ts";
import { manifestHead } from "../manifest-head.ts";

/** Milliseconds in which a cancelled build has to end, and in which a build has to begin its work. */
const CANCEL_LIMIT = 5_000;
const BEGIN_LIMIT = 120_000;

/** What is left when a build has ended in one way. */
interface Ending {
  build: string;
  temporaryFolders: string[];
  processes: string[];
  containers: string[];
}

/** How builds end: what a cancel does, and what is left behind a build that succeeds, fails or is cancelled. */
export function endingsCases(contract: Contract): NamedCases {
  const { build, options, packages } = contract;

  /** Cancels a build in the middle of its work. */
  async function cancelled(name: string) {
    // An index that never answers, so that the build goes on until it is cancelled.
    const stalled = await faultProxy("http://localhost:9", [{ match: "* /*", do: { stall: true } }]);
    contract.onClose(stalled.close);
    const slow = contract.refuses("commands")
      ? { packages: [packages.name], env: { ONCE: build.run } }
      : { commands: ["sleep 60"] };
    const work = options.loopback ? { packages: [packages.name], pipIndex: `${stalled.url}/simple` } : slow;
    const spec = build.spec(name, work);
    const abort = new AbortController();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const onBuilderEvent = ({ type }: { type: string }) => type === "step" && begin();
    let end: { error: unknown } | undefined;
    const ending = build.build(spec, { signal: abort.signal, onBuilderEvent }).then(
      () => {
        end = { error: undefined };
      },
      (error: unknown) => {
        end = { error };
      },
    );
    // A builder that queries the index has begun, whether it has emitted a step or not.
    const asked = async () => {
      while (stalled.exchanges.length === 0 && end === undefined) await sleep(20);
    };
    const limit = new AbortController();
    const tooLong = sleep(BEGIN_LIMIT, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([options.loopback ? asked() : begun, ending, tooLong]);
    limit.abort();
    const ended = end;
    const start = performance.now();
    abort.abort();
    await Promise.race([ending, sleep(2 * CANCEL_LIMIT)]);
    const milliseconds = performance.now() - start;
    const last = end;
    // A build that did not react to the cancel is ended: its index closes the connection.
    await stalled.close();
    await Promise.race([ending, sleep(60_000)]);
    return { spec, endedBefore: ended, end: last, milliseconds };
  }

  const endings = lazy(async (): Promise<Ending[]> => {
    const found: Ending[] = [];
    const copies = build.spec("succeeds", { env: { A: "1" }, copy: ["conf"] }, contract.folder());
    const lacks = build.spec("fails", { packages: ["contract-absent==1.0"], ...contract.pip() });
    const ways: Record<string, () => Promise<unknown>> = {
      "one that succeeds": () => build.build(copies),
      "one that fails": () => build.build(lacks).catch(() => undefined),
      "one that is cancelled": () => cancelled("stopped"),
    };
    for (const [name, run] of Object.entries(ways)) {
      const before = await leftoversSince(build.docker, build.run);
      await run();
      found.push({
        build: name,
        temporaryFolders: await readdir(contract.temporaryFolder()),
        processes: await before.processes(),
        containers: await before.containers(),
      });
    }
    return found;
  });
  const leftNothing = (what: Exclude<keyof Ending, "build">) => async () => {
    for (const ending of await endings()) expect([ending.build, ending[what]]).toEqual([ending.build, []]);
  };

  return {
    "signal: cancelled in the middle of its work, a build ends within 5 seconds and leaves no tag": async () => {
      const { spec, endedBefore, end, milliseconds } = await cancelled("cancelled");
      expect(endedBefore, "the build ended before it could be cancelled").toBeUndefined();
      expect(end, "the build goes on after it was cancelled").toMatchObject({ error: { code: "E_ABORTED" } });
      expect(milliseconds).toBeLessThan(CANCEL_LIMIT);
      expect((await manifestHead(await spec.imageName())).status).toBe(404);
    },
    "temporary-folders: no temporary folder is left in TMPDIR": leftNothing("temporaryFolders"),
    "processes: no process is left": leftNothing("processes"),
    "containers: no container is left": leftNothing("containers"),
  };
}
