import type { Aspect, Difference } from "./compare-images.ts";

/** Something in which images of one tag may differ by their builder, and why. */
export interface AllowedDifference {
  of: Difference["of"];
  /** A path or field; `*` stands for any text without `/`, `**` for any text. */
  pattern: string;
  aspects: readonly Aspect[];
  reason: string;
  /** What of a text has to be the same all the same. */
  same?: ((text: string) => string) | undefined;
}

const VENV = "/opt/venv";
const INFO = `${VENV}/lib/python*/site-packages/*.dist-info`;

/** The whole of what may differ; docs/agreement.md prints it, and a line that nothing needs any more is an error. */
export const ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [
  {
    of: "config",
    pattern: "Labels dev.imagespec.builder",
    aspects: ["content"],
    reason: "Says which builder made the image, and in which version.",
  },
  {
    of: "config",
    pattern: "Shell",
    aspects: ["presence"],
    reason:
      "Dockerfile builders record the shell of their own steps; containers do not use it, and OCI does not know it.",
  },
  {
    of: "config",
    pattern: "ArgsEscaped",
    aspects: ["presence"],
    reason: "Docker's record of how a command was written on Windows; it has no meaning on Linux.",
  },
  {
    of: "path",
    pattern: "/**",
    aspects: ["owner of a link"],
    reason: "kaniko gives links that it copies to root; who owns a link decides nothing, only what it leads to.",
  },
  {
    of: "path",
    pattern: `${VENV}/bin/*`,
    aspects: ["content"],
    reason: "Scripts of entry points start the same function with the same interpreter; uv adds lines for Windows.",
    same: (text) => {
      const started = /^from (\S+) import (\S+)$[\s\S]*^\s+sys\.exit\((\S+)\(\)\)$/m.exec(text);
      return started === null ? text : [text.split("\n")[0], ...started.slice(1)].join(" ");
    },
  },
  {
    of: "path",
    pattern: `${INFO}/INSTALLER`,
    aspects: ["content"],
    reason: "Names the program that installed the distribution (PEP 376).",
  },
  {
    of: "path",
    pattern: `${INFO}/REQUESTED`,
    aspects: ["presence"],
    reason: "uv marks what was asked for by name (PEP 376); nothing reads it when programs run.",
  },
  {
    of: "path",
    pattern: `${INFO}/RECORD`,
    aspects: ["content"],
    reason:
      "Lists what was installed (PEP 376): uv also the mark of the line above and bytecode of the wheel, which is replaced.",
    same: (text) => {
      const rows = text.split(/\r?\n/).filter((row) => !/\/(?:INSTALLER|REQUESTED|__pycache__\/[^,]*),/.test(row));
      return rows.map((row) => row.replace(/^((?:\.\.\/)+bin\/[^,]*),.*$/, "$1")).join("\n");
    },
  },
];

/** The line of the table that allows the difference. */
export function allowedBy(difference: Difference): AllowedDifference | undefined {
  return ALLOWED_DIFFERENCES.find(
    ({ of, pattern, aspects, same }) =>
      of === difference.of &&
      aspects.includes(difference.aspect) &&
      matcher(pattern).test(difference.name) &&
      (same === undefined || new Set(difference.texts.map(same)).size === 1),
  );
}

function matcher(pattern: string): RegExp {
  const parts = pattern.split(/(\*\*|\*)/).map((part) => {
    if (part === "**") return ".*";
    return part === "*" ? "[^/]*" : part.replaceAll(/[\\^$.+?()[\]{}|/]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}
