import { createHash } from "node:crypto";

/** A part of a maintainer script that debhelper has written. */
export interface GeneratedPart {
  /** The program that wrote it: `dh_installdeb`. */
  by: string;
  /** Its commands, without comments and empty lines. */
  text: string;
}

/** A maintainer script, with what debhelper generated apart from what a person wrote. */
export interface MaintainerScript {
  generated: GeneratedPart[];
  /** The sha256 of what a person wrote, without comments, empty lines and `set -e`; "" where nothing is left. */
  written: string;
}

const PART = /^# Automatically added by ([a-z_-]+)\S*\n(.*?)^# End automatically added section\n?/gms;

/** Takes a script apart: what debhelper has generated is known by its form, and what a person wrote by its hash. */
export function readScript(text: string): MaintainerScript {
  const generated = [...text.matchAll(PART)].map(([, by = "", part = ""]): GeneratedPart => ({ by, text: bare(part) }));
  const rest = bare(text.replace(PART, ""))
    .split("\n")
    .filter((line) => !/^(set -e|exit 0)$/.test(line.trim()))
    .join("\n");
  return { generated, written: rest === "" ? "" : createHash("sha256").update(rest).digest("hex") };
}

/** The text without comments, empty lines and blanks at the ends of lines. */
function bare(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !line.trimStart().startsWith("#"))
    .join("\n");
}
