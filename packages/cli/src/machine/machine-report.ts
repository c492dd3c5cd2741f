import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { ContainerEngine, type EngineVersion } from "@imagespec/container-engine";
import { cacheFolder } from "@imagespec/core/internal";
import { type ToolChoice, type ToolReport, toolReport, toolReports } from "./tool-report.ts";

/** What a build finds on this machine. */
export interface MachineReport {
  node: string;
  /** `free`: bytes that may be written there; undefined where nobody can tell. */
  cache: { folder: string; free?: number | undefined };
  /** The container engine that docker's own command would talk to, or why there is none. */
  engine: { version: string } | { reason: string };
  tools: ToolReport[];
}

/** `choice`: the tools that the build in question is told of. */
export async function machineReport(
  choice: ToolChoice,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<MachineReport> {
  const folder = cacheFolder(env);
  const [free, told, tools] = await Promise.all([
    freeBytes(folder),
    askEngine(env, signal),
    toolReports(choice, env, signal),
  ]);
  if ("reason" in told) return { node: process.version, cache: { folder, free }, engine: told, tools };
  const { product, version } = told;
  // podman's service counts its versions otherwise.
  const docker = product === "docker" ? [toolReport("docker engine", version)] : [];
  return { node: process.version, cache: { folder, free }, engine: { version }, tools: [...docker, ...tools] };
}

async function askEngine(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<EngineVersion | { reason: string }> {
  try {
    const engine = await ContainerEngine.connect({ env, signal });
    return await engine.version();
  } catch (error) {
    signal.throwIfAborted();
    return { reason: (error as Error).message };
  }
}

/** Of the nearest folder that exists. */
async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT" && dirname(folder) !== folder;
    return isMissing ? freeBytes(dirname(folder)) : undefined;
  }
}
