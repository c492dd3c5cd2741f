import { ImageSpecError, runTool } from "@imagespec/core/builder";
import { parseReference } from "@imagespec/registry/terms";
import type { RecordStore } from "../cache/record-store.ts";
import { knownAnswer } from "./known-answer.ts";
import { onPath } from "./on-path.ts";

/** The versions of uv whose output this builder can read. */
const UV_RANGE = { from: "0.9.0", below: "1.0.0" } as const;

export interface UvProgram {
  path: string;
  version: string;
}

/** Where answers of programs are kept, and what cancels asking one. */
interface Access {
  records: Pick<RecordStore, "get" | "set">;
  signal: AbortSignal;
}

/**
 * The version that an image of uv states in its tag, such as `0.13.9` in `ghcr.io/astral-sh/uv:0.13.9-debian`;
 * undefined where the tag states none. uvImage is part of what a spec's tag stands for, so only this version may
 * resolve for it.
 */
export function versionOfImage(image: string): string | undefined {
  return /^(\d+\.\d+\.\d+)(?:-|$)/.exec(parseReference(image).tag ?? "")?.[1];
}

/**
 * A uv on this machine of the same version as the image's: the one that the option names, else the one on PATH;
 * undefined where there is none. Another version may choose other packages or Pythons, so that one tag would stand for
 * two images.
 *
 * @throws ImageSpecError E_TOOL_MISSING when the named one cannot be used.
 */
export async function findUv(
  option: string | undefined,
  image: string,
  access: Access,
): Promise<UvProgram | undefined> {
  const wanted = versionOfImage(image);
  const path = option ?? onPath("uv");
  const version = path === undefined ? undefined : await uvVersion(path, access);
  if (path !== undefined && version !== undefined && version === wanted) return { path, version };
  if (option === undefined) return undefined;
  const what =
    version === undefined ? "not a uv that runs" : `uv ${version}, and the spec's is ${wanted ?? `in ${image}`}`;
  throw new ImageSpecError("E_TOOL_MISSING", `${option} (option uv) is ${what}`, {
    hint: "Correct builderOptions.uv, leave it out, or set builderConfig.uvImage to the image of that version.",
  });
}

/** The version that a uv states; undefined for a program that is not uv or does not run here. */
export function uvVersion(path: string, { records, signal }: Access): Promise<string | undefined> {
  return knownAnswer(records, { kind: "uv-versions", program: path }, async () => {
    try {
      const { stdout, exitCode } = await runTool(path, ["--version"], { signal, allowFailure: true });
      const version = exitCode === 0 ? /^uv (\d+\.\d+\.\d+)/.exec(stdout)?.[1] : undefined;
      return version === undefined ? undefined : { answer: version, libraries: [] };
    } catch (error) {
      signal.throwIfAborted();
      if ((error as { code?: string }).code === "E_INTERNAL") throw error;
      return undefined;
    }
  });
}

/** @throws ImageSpecError E_TOOL_MISSING for a version whose output this builder does not know. */
export function checkUvVersion(version: string, image: string): void {
  if (inRange(version)) return;
  throw new ImageSpecError("E_TOOL_MISSING", `${image} holds uv ${version}, which is not in ${rangeText()}`, {
    hint: "Set builderConfig.uvImage to a version in that range, or leave it out.",
  });
}

function rangeText(): string {
  return `>=${UV_RANGE.from} <${UV_RANGE.below}`;
}

function inRange(version: string): boolean {
  const order = (bound: string) => version.localeCompare(bound, "en", { numeric: true });
  return order(UV_RANGE.from) >= 0 && order(UV_RANGE.below) < 0;
}
