import type { SpecFault } from "@imagespec/registry";
import { environmentOf } from "./environment-of.ts";
import type { Spec } from "./spec.ts";

type Parameters = Partial<Spec>;

/** `pip` or `python -m pip` where a shell looks for the name of a command. */
const PIP = /(?:^|[\n;&|({]|\b(?:then|do|else|exec|time)\s)\s*(?:\w+=\S*\s+)*(?:pip3?|python3?\s+-m\s+pip)(?=\s|$)/;
/** Commands by which the environment gets a pip of its own. */
const BRINGS_PIP = /\buv\s+pip\s+install\b[^\n;&|]*\bpip\b|\bensurepip\b|\bget-pip\b/;

/**
 * Faults of commands that call pip where the spec's virtual environment has none: the base's pip would answer, and
 * install where the environment does not look. Says nothing where a requirements file may name pip. Pure.
 */
export function pipInCommands(spec: Parameters): SpecFault[] {
  const commands = spec.commands ?? [];
  if (environmentOf(spec as Spec)?.manager !== "venv" || mayHavePip(spec)) return [];
  const bringing = commands.findIndex((command) => BRINGS_PIP.test(command));
  return commands.flatMap((command, index) => {
    if (!PIP.test(command) || (bringing !== -1 && bringing <= index)) return [];
    return {
      path: ["commands", index],
      code: "no_pip",
      message: `'${command}' calls pip, which the environment of the image does not have`,
      hint: "Write 'uv pip install ...', or name pip in packages.",
    };
  });
}

function mayHavePip({ packages = [], requirements, baseImage }: Parameters): boolean {
  if (requirements !== undefined || packages.some((name) => /^\s*pip(?![\w.-])/i.test(name))) return true;
  return typeof baseImage === "object" && mayHavePip(baseImage);
}
