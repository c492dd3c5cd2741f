import { readdir, readFile } from "node:fs/promises";
import { json } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { ContainerEngine } from "@imagespec/container-engine";

/** Set in this process's environment and inherited by its descendants, even those that lost their parent. */
export const MARK = "IMAGESPEC_CONTRACT";

/** Milliseconds after a build in which its own processes and containers must be gone, and those that may be foreign. */
const GRACE = { own: 3_000, other: 180_000 } as const;

/** What a process is and where it comes from, as /proc tells it. */
interface RunningProcess {
  id: string;
  parent: string;
  isMarked: boolean;
  line: string;
}

/** What a build leaves behind of what was not there before it. */
export interface Leftovers {
  /** The command lines of the build's processes that stay. Where there is no /proc, none is seen. */
  processes(): Promise<string[]>;
  /**
   * The containers that came up during the build and stay. One that mentions this contract's images counts at once, one
   * that mentions those of another contract never; any other may belong to someone else and gets three minutes to end.
   */
  containers(): Promise<string[]>;
}

/** Looks at what exists before a build. `mark` is the value of {@link MARK}, and part of every image's name. */
export async function leftoversSince(docker: ContainerEngine, mark: string): Promise<Leftovers> {
  const [processes, containers] = [await processesOf(mark), await containersOf(docker)];
  return {
    processes: () =>
      staying(async () => {
        const rest = [...(await processesOf(mark))].filter(([id]) => !processes.has(id));
        return { own: rest.map(([, line]) => line), other: [] };
      }),
    async containers() {
      const made = new Map([...(await containersOf(docker))].filter(([id]) => !containers.has(id)));
      const own = new Set<string>();
      for (const id of made.keys()) {
        const marks = await contractsOf(docker, id);
        if (marks.includes(mark)) own.add(id);
        else if (marks.length > 0) made.delete(id);
      }
      return staying(async () => {
        const current = await containersOf(docker);
        const there = [...made].filter(([id]) => current.has(id));
        const names = (isOwn: boolean) => there.filter(([id]) => own.has(id) === isOwn).map(([, name]) => name);
        return { own: names(true), other: names(false) };
      });
    },
  };
}

/** Marks of the contracts whose images a container mentions. */
async function contractsOf(docker: ContainerEngine, id: string): Promise<string[]> {
  const described = docker.request({ method: "GET", path: `/containers/${id}/json` }, json);
  // It may go between the listing and the look.
  const text = JSON.stringify(await described.catch(() => ""));
  return [...text.matchAll(/contract\/([0-9a-f]{8})\//g)].map(([, mark = ""]) => mark);
}

/** What still exists when the time is up; returns early once nothing does. */
async function staying(look: () => Promise<{ own: string[]; other: string[] }>): Promise<string[]> {
  const start = performance.now();
  for (;;) {
    const { own, other } = await look();
    const waited = performance.now() - start;
    if (own.length + other.length === 0) return [];
    if ((own.length > 0 && waited > GRACE.own) || waited > GRACE.other) return [...own, ...other];
    await sleep(100);
  }
}

async function containersOf(docker: ContainerEngine): Promise<Map<string, string>> {
  const listed = await docker.request({ method: "GET", path: "/containers/json?all=1" }, json);
  const containers = listed as { Id: string; Image: string; Command: string }[];
  return new Map(containers.map(({ Id, Image, Command }) => [Id, `${Image} ${Command}`]));
}

/** Processes with the mark in their environment, and those below this one. */
async function processesOf(mark: string): Promise<Map<string, string>> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const all = (await Promise.all(ids.map((id) => readProcess(id, mark)))).filter((one) => one !== undefined);
  const parents = new Map(all.map(({ id, parent }) => [id, parent]));
  const isBelow = (id: string): boolean => {
    for (let at = parents.get(id); at !== undefined; at = parents.get(at)) if (at === String(process.pid)) return true;
    return false;
  };
  const ours = all.filter(({ id, isMarked }) => id !== String(process.pid) && (isMarked || isBelow(id)));
  return new Map(ours.map(({ id, line }) => [id, line]));
}

async function readProcess(id: string, mark: string): Promise<RunningProcess | undefined> {
  const read = (name: string) => readFile(`/proc/${id}/${name}`, "utf8").catch(() => "");
  // proc(5): the name stands in parentheses and may hold any character; state and parent follow it.
  const [state, parent] = (await read("stat")).replace(/^.*\) /s, "").split(" ");
  if (parent === undefined || state === "Z") return undefined;
  const isMarked = `\0${await read("environ")}`.includes(`\0${MARK}=${mark}\0`);
  return { id, parent, isMarked, line: (await read("cmdline")).replaceAll("\0", " ").trim() };
}
