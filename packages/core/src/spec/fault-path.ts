import type { SpecFault } from "@imagespec/registry/terms";

/** A fault's place as one would write it in code: `packages[0]`, `env.MODE`; empty for the spec as a whole. Pure. */
export function faultPath(path: readonly (string | number)[]): string {
  const texts = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`));
  return texts.join("").replace(/^\./, "");
}

/**
 * Faults as the message and hint of one error: behind `alone` where there is one, else as a list below `together`.
 * Pure.
 */
export function joinedFaults(
  faults: readonly SpecFault[],
  alone: string,
  together: string,
): { message: string; hint: string } {
  const lines = faults.map(({ path, message }) => [faultPath(path), message].filter(Boolean).join(": "));
  const message = lines.length === 1 ? `${alone}${lines[0]}` : `${together}:\n- ${lines.join("\n- ")}`;
  return { message, hint: [...new Set(faults.map(({ hint }) => hint))].join("\n") };
}
