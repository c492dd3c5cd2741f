import type { SpecFault } from "@imagespec/registry";
import { environmentOf } from "./environment-of.ts";
import type { Spec } from "./spec.ts";

type Parameters = Partial<Spec>;

/**
 * Where a shell looks for the name of a command: at the start, behind an operator, a word of its own or a program that
 * runs one.
 */
const START =
  /(?:^|[\n;&|({`!]|\b(?:then|do|else|elif|if|while|until|exec|time|env|nohup|sudo|command|xargs)\s|\bsh\s+-\w*c\s+["']?)/;
/**
 * `pip` or `python -m pip`, variables before it and options of Python included. A command that names a path says which
 * pip is meant.
 */
const PIP = new RegExp(
  `${START.source}\\s*(?:\\w+=\\S*\\s+)*(?:pip\\d?(?:\\.\\d+)?|python\\d?(?:\\.\\d+)?\\s+(?:-\\w+\\s+)*?-m\\s*pip)(?=[\\s"')\`;]|$)`,
);
/** A text that a shell reads as data, which may speak of pip. */
const HERE_DOCUMENT = /<<-?\s*(["']?)(\w+)\1[^\n]*\n[\s\S]*?\n\s*\2(?=\s|$)/g;
/** Commands by which the environment gets a pip of its own. */
const BRINGS_PIP = /\buv\s+pip\s+install\b[^\n;&|]*\bpip\b|\bensurepip\b|\bget-pip\b/;

/**
 * Faults of commands that call pip where the spec's virtual environment has none: the base's pip would answer, and
 * install where the environment does not look. `requirementsHavePip` is for who has read the file; until then it may.
 * Pure.
 */
export function pipInCommands(
  spec: Parameters,
  requirementsHavePip: boolean = spec.requirements !== undefined,
): SpecFault[] {
  const commands = spec.commands ?? [];
  if (environmentOf(spec as Spec)?.manager !== "venv") return [];
  if (requirementsHavePip || mayHavePip({ ...spec, requirements: undefined })) return [];
  const bringing = commands.findIndex((command) => BRINGS_PIP.test(command));
  return commands.flatMap((command, index) => {
    if (!PIP.test(command.replace(HERE_DOCUMENT, "")) || (bringing !== -1 && bringing <= index)) return [];
    return {
      path: ["commands", index],
      code: "no_pip",
      message: `'${command}' calls pip, which the environment of the image does not have`,
      hint: `Write 'uv pip install ...', or name pip in ${spec.requirements === undefined ? "packages" : spec.requirements}.`,
    };
  });
}

function mayHavePip({ packages = [], requirements, baseImage }: Parameters): boolean {
  if (requirements !== undefined || packages.some((name) => /^\s*pip(?![\w.-])/i.test(name))) return true;
  return typeof baseImage === "object" && mayHavePip(baseImage);
}
