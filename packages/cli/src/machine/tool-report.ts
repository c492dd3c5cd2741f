import { runTool } from "@imagespec/core/builder";
import { knownFaults, type ToolFault, type ToolName } from "./known-faults.ts";

/** Milliseconds the tools have to say their versions. */
const TIME_MS = 5000;

/** A program that takes part in builds. */
export interface ToolReport {
  tool: ToolName;
  version: string;
  /** What is known to be wrong with this version. */
  faults: ToolFault[];
}

/** What a build is told of its tools. */
export interface ToolChoice {
  /** The builder of docker buildx; undefined: the current one. */
  buildxBuilder?: string | undefined;
  /** The image that uv comes from. */
  uvImage?: string | undefined;
  /** The program that solves conda's packages in place of the solver that is built in. */
  micromamba?: string | undefined;
}

/**
 * The programs of this machine, and those that a build is told of, with their versions. What does not answer is left
 * out.
 */
export async function toolReports(
  choice: ToolChoice,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ToolReport[]> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIME_MS)]);
  const printed = async (command: string, ...args: string[]): Promise<string> => {
    const result = await runTool(command, args, { env, signal: limit, allowFailure: true }).catch(() => undefined);
    return result?.exitCode === 0 ? result.stdout : "";
  };
  const { buildxBuilder, uvImage, micromamba } = choice;
  const [buildx, builder, uv, solver] = await Promise.all([
    printed("docker", "buildx", "version"),
    printed("docker", "buildx", "inspect", ...(buildxBuilder === undefined ? [] : [buildxBuilder])),
    printed("uv", "--version"),
    micromamba === undefined ? "" : printed(micromamba, "--version"),
  ]);
  signal.throwIfAborted();
  const found: [ToolName, string | undefined][] = [
    ["buildx", /\s(v?\d\S*)/.exec(buildx)?.[1]],
    ...buildKits(builder).map((version): [ToolName, string] => ["buildkit", version]),
    ["uv", uvImage === undefined ? /^uv (\S+)/.exec(uv)?.[1] : /:(\d+\.\d+\.\d+)/.exec(uvImage)?.[1]],
    ["micromamba", solver.trim() || undefined],
  ];
  return found.flatMap(([tool, version]) => (version === undefined ? [] : [toolReport(tool, version)]));
}

/** A tool that says it has this version. */
export function toolReport(tool: ToolName, version: string): ToolReport {
  return { tool, version, faults: knownFaults(tool, version) };
}

/**
 * The versions of a builder's nodes. With the driver `docker` it is the engine that builds, and the engine is asked.
 */
function buildKits(inspected: string): string[] {
  if (/^Driver:\s+docker$/m.test(inspected)) return [];
  const stated = [...inspected.matchAll(/^BuildKit(?: version)?:\s+(\S+)/gim)];
  return [...new Set(stated.map(([, version]) => version ?? ""))];
}
