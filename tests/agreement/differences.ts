import type { Aspect, Difference } from "./compare-images.ts";

/** Something in which images of one tag may differ by their builder, and why. */
export interface AllowedDifference {
  of: Difference["of"];
  /** A path or field; `*` stands for any text without `/`, `**` for any text. */
  pattern: string;
  aspects: readonly Aspect[];
  reason: string;
  /** Whether chance decides if images differ in it: a run may not need the line. */
  isChance?: boolean | undefined;
  /** What of a text has to be the same all the same. */
  same?: ((text: string) => string) | undefined;
}

const SITE = "/opt/venv/lib/python*/site-packages";

/** The whole of what may differ; docs/agreement.md prints it, and a line that nothing needs any more is an error. */
export const ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [
  {
    of: "config",
    pattern: "Labels dev.imagespec.builder",
    aspects: ["content"],
    reason: "Says which builder made the image.",
  },
  {
    of: "config",
    pattern: "Shell",
    aspects: ["presence"],
    reason: "A Dockerfile's SHELL is kept in the config; it means nothing to a container, and OCI does not define it.",
  },
  {
    of: "config",
    pattern: "ArgsEscaped",
    aspects: ["presence"],
    reason: "Docker's record of how a command was written on Windows, which kaniko and docker keep or drop.",
  },
  {
    of: "error",
    pattern: "E_DIGEST_MISMATCH or E_RESOLVE",
    aspects: ["content"],
    reason: "uv ends a Dockerfile's step with the same exit code for a wrong hash as for many other reasons.",
  },
  {
    of: "path",
    pattern: "/opt/venv/**",
    aspects: ["presence of a folder"],
    reason:
      "uv makes folders that a wheel lists and leaves empty, among its modules or its data; uv-micromamba lays out files and the folders they are in.",
  },
  {
    of: "path",
    pattern: `${SITE}/both_have/**`,
    aspects: ["content"],
    reason:
      "Stands for a path that two wheels have with different contents: every builder warns, naming both; uv-micromamba takes the file of the later name, with uv the one that is written last stays, which is a race.",
    isChance: true,
  },
  ...["/dev", "/proc", "/sys"].map(
    (pattern): AllowedDifference => ({
      of: "path",
      pattern,
      aspects: ["presence of a folder"],
      reason:
        "Where a base lacks them, the engine's runtime makes them to mount the system's files on; whatever runs a container does so again.",
    }),
  ),
  ...["/var/log/**", "/var/lib/apt/lists/auxfiles"].map(
    (pattern): AllowedDifference => ({
      of: "path",
      pattern,
      aspects: ["presence", "presence of a folder", "content"],
      reason: "apt and dpkg log the time of the build there; kaniko does not keep /var/log.",
    }),
  ),
  {
    of: "path",
    pattern: "/var/cache/ldconfig/aux-cache",
    aspects: ["presence", "content"],
    reason: "ldconfig keeps inodes and times there to avoid reading libraries again; uv-micromamba writes none.",
  },
  {
    of: "path",
    pattern: "/var/cache/fontconfig/*",
    aspects: ["presence"],
    reason:
      "fontconfig's notes of fonts, which count for folders of one time alone; uv-micromamba leaves them to whoever looks for a font.",
  },
  {
    of: "path",
    pattern: "/var/lib/dpkg/status-old",
    aspects: ["content"],
    reason: "dpkg's copy of its records before the last step of an installation; uv-micromamba takes one step.",
  },
  {
    of: "path",
    pattern: "/var/lib/apt/extended_states",
    aspects: ["content"],
    reason: "apt lists automatically installed packages in the order of its hash table, uv-micromamba by name.",
    same: (text) => text.split("\n\n").sort().join("\n\n"),
    isChance: true,
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
