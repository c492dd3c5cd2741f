import { spawn } from "node:child_process";
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { cacheFolder } from "./cache-folder.ts";
import { say } from "./command.ts";
import { processStart } from "./process-start.ts";

/** The record of a process that a service started, kept in a file so that another process can stop it. */
export interface DaemonRecord {
  name: string;
  pid: number;
  /** Of `processStart`: a reused pid has another one. */
  startTicks: string;
  command: string[];
  log: string;
  address: string;
}

export interface DaemonRequest {
  name: string;
  address: string;
  command: [string, ...string[]];
  env?: NodeJS.ProcessEnv;
  /** Called repeatedly until it answers true. */
  ready(): Promise<boolean>;
  timeoutSeconds?: number;
}

/** Starts a process that outlives this one; returns once it is ready, throws with its log when it ends before that. */
export async function startDaemon(request: DaemonRequest): Promise<DaemonRecord> {
  const { name, address } = request;
  const [program, ...args] = request.command;
  await mkdir(cacheFolder("run"), { recursive: true });
  const log = cacheFolder("run", `${name}.log`);
  const output = await open(log, "w");
  const child = spawn(program, args, {
    detached: true,
    env: { ...process.env, ...request.env },
    stdio: ["ignore", output.fd, output.fd],
  });
  let failure: string | undefined;
  child.on("error", (error) => {
    failure = error.message;
  });
  child.on("exit", (code, signal) => {
    failure ??= `ended with ${signal ?? code}`;
  });
  const { pid } = child;
  await output.close();
  if (pid === undefined) throw new Error(`${program} could not be started: ${failure}`);
  const record: DaemonRecord = { name, pid, startTicks: processStart(pid), command: request.command, log, address };
  await writeFile(recordFile(name), `${JSON.stringify(record, null, 2)}\n`);
  const deadline = Date.now() + 1000 * (request.timeoutSeconds ?? 60);
  while (failure === undefined && Date.now() < deadline) {
    if (await request.ready().catch(() => false)) {
      child.unref();
      say(`${name} runs on ${address} (pid ${pid})`);
      return record;
    }
    await sleep(100);
  }
  const tail = (await readFile(log, "utf8")).split("\n").slice(-20).join("\n");
  await stopDaemon(name);
  throw new Error(`${name} ${failure ?? "did not become ready"}; the end of ${log}:\n${tail}`);
}

/** The record of a service's process if that very process still runs. */
export async function runningDaemon(name: string): Promise<DaemonRecord | undefined> {
  const text = await readFile(recordFile(name), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as DaemonRecord;
  return isRunning(record) ? record : undefined;
}

/** All processes that services started and that still run, by name. */
export async function runningDaemons(): Promise<DaemonRecord[]> {
  const files = await readdir(cacheFolder("run")).catch(() => []);
  const names = files.filter((file) => file.endsWith(".pid.json")).map((file) => file.slice(0, -".pid.json".length));
  const records = await Promise.all(names.sort().map(runningDaemon));
  return records.filter((record) => record !== undefined);
}

/** Stops a service's process by its pid: with SIGTERM, and with SIGKILL after 20 seconds. */
export async function stopDaemon(name: string): Promise<void> {
  const record = await runningDaemon(name);
  if (record !== undefined) {
    process.kill(record.pid, "SIGTERM");
    for (let waited = 0; isRunning(record) && waited < 20_000; waited += 100) await sleep(100);
    if (isRunning(record)) process.kill(record.pid, "SIGKILL");
    say(`${name} stopped (pid ${record.pid})`);
  }
  await rm(recordFile(name), { force: true });
}

const recordFile = (name: string) => cacheFolder("run", `${name}.pid.json`);

function isRunning(record: DaemonRecord): boolean {
  return processStart(record.pid) === record.startTicks;
}
