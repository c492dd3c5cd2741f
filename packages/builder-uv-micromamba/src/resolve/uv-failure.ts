import { ImageSpecError, indexHint, normalName } from "@imagespec/core/builder";
import type { InstalledDistribution } from "../base/installed-distribution.ts";

/** A line in which uv reports a file that it could not write: Rust prints ENOSPC, EROFS and EDQUOT like this. */
const OF_THE_DISK = /^\s*(?:cause|error): .*?([A-Z][a-z -]*) \(os error (?:28|30|122)\)(?: at path .*)?$/;

/**
 * The error that uv's last lines stand for. A usage text, which uv prints where it does not take an argument, is
 * E_UNSUPPORTED and not searched any further; all else is E_RESOLVE. Pure.
 */
export function resolutionFailure(tail: string[], command: string, exitCode: number): ImageSpecError {
  const said = tail.filter((line) => line.trim() !== "");
  const details = { command, exitCode, tail };
  if (said.at(-1)?.startsWith("For more information, try '--help'")) {
    const words = said.find((line) => line.startsWith("error: "))?.slice("error: ".length) ?? "";
    return new ImageSpecError(
      "E_UNSUPPORTED",
      `uv cannot take pipExtraArgs or torchBackend for a resolution: ${words}`,
      { hint: "Leave it out, or build with docker-buildx or kaniko.", details },
    );
  }
  const shown = said.slice(-12).join("\n");
  return new ImageSpecError("E_RESOLVE", `The Python packages cannot be resolved:\n${shown}`, {
    hint: indexHint(said) ?? "Change the requirement uv names, or the index it looked in.",
    details,
  });
}

/** The system's reason where uv's output says that it could not write to a disk; undefined where it does not. Pure. */
export function diskFault(tail: readonly string[]): string | undefined {
  return tail.map((line) => OF_THE_DISK.exec(line)?.[1]).find((reason) => reason !== undefined);
}

/** The installed distributions that lines of uv's output name. Pure. */
export function namedDistributions(
  lines: readonly string[],
  installed: readonly InstalledDistribution[],
): InstalledDistribution[] {
  const words = lines.flatMap((line) => line.match(/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/g) ?? []);
  const names = new Set(words.map(normalName));
  return installed.filter(({ name, version }) => version !== "" && names.has(normalName(name)));
}
