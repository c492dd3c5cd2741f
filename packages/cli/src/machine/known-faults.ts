/** A program that takes part in builds, by the name its faults are listed under. */
export type ToolName = "docker engine" | "buildx" | "buildkit" | "uv" | "micromamba";

/** What is wrong with a version of a tool, and what to do about it. */
export interface ToolFault {
  reason: string;
  hint: string;
  /** Where the tool's own project tells of it. */
  source: string;
}

interface KnownFault extends ToolFault {
  tool: ToolName;
  /** Each pair: the first version that has the fault, and the first after it that does not. */
  versions: readonly (readonly [from: string, before: string])[];
}

/**
 * Faults that break a build, make another image of it or give away what it was told. An entry is here when the tool's
 * own project names the versions. Holes of the docker engine are left out: distributions close them without raising
 * the version.
 */
const KNOWN: readonly KnownFault[] = [
  {
    tool: "docker engine",
    versions: [["0.0.0", "20.10.10"]],
    reason: "programs of images with glibc 2.34 or newer, as in the default base, may be unable to start threads",
    hint: "Upgrade docker to 20.10.10 or newer.",
    source: "https://github.com/moby/moby/issues/42680",
  },
  {
    tool: "docker engine",
    versions: [["25.0.0", "25.0.1"]],
    reason: "it saves images with their layers in the wrong order, and so does --output docker-archive",
    hint: "Upgrade docker to 25.0.1 or newer.",
    source: "https://github.com/moby/moby/issues/47150",
  },
  {
    tool: "docker engine",
    versions: [["28.2.0", "28.2.2"]],
    reason: "builds that push fail where it keeps images in containerd's store",
    hint: "Upgrade docker to 28.2.2 or newer.",
    source: "https://github.com/moby/moby/pull/50105",
  },
  {
    tool: "docker engine",
    versions: [["29.7.0", "29.7.3"]],
    reason: 'pushes may fail with "blob unknown to registry" where it keeps images in containerd\'s store',
    hint: "Use docker 29.6, or a builder made with `docker buildx create --driver docker-container`.",
    source: "https://github.com/moby/moby/issues/53293",
  },
  {
    tool: "buildx",
    versions: [["0.0.0", "0.21.3"]],
    reason: "it records passwords that are written into cacheFrom or cacheTo",
    hint: "Upgrade buildx to 0.21.3 or newer, or keep passwords out of these options.",
    source: "https://nvd.nist.gov/vuln/detail/CVE-2025-0495",
  },
  {
    tool: "buildkit",
    versions: [["0.0.0", "0.12.5"]],
    reason: "what runs in a build can reach files of the machine that builds",
    hint: "Upgrade BuildKit to 0.12.5 or newer.",
    source: "https://nvd.nist.gov/vuln/detail/CVE-2024-23651",
  },
  {
    tool: "buildkit",
    versions: [
      ["0.17.2", "0.17.3"],
      ["0.18.0", "0.18.1"],
    ],
    reason: "it may answer from its cache although --force asks for a new build",
    hint: "Upgrade BuildKit to 0.18.1 or newer.",
    source: "https://github.com/moby/buildkit/issues/5558",
  },
  {
    tool: "uv",
    versions: [["0.10.5", "0.10.6"]],
    reason: "it installs files without their permissions on file systems with reflinks",
    hint: "Use uv 0.10.6 or newer.",
    source: "https://github.com/astral-sh/uv/pull/18187",
  },
  {
    tool: "micromamba",
    versions: [["2.0.0", "2.0.4"]],
    reason: "it does not tell what it would install, which the option micromamba needs",
    hint: "Upgrade micromamba to 2.0.4 or newer, or leave the option out.",
    source: "https://github.com/mamba-org/mamba/pull/3627",
  },
];

/** What is known to be wrong with this version of a tool, as the tool prints it: `20.10.24+dfsg1`, `v0.12.5`. Pure. */
export function knownFaults(tool: ToolName, version: string): ToolFault[] {
  const own = versionParts(version);
  if (own === undefined) return [];
  const isWithin = ([from, before]: readonly [string, string]) =>
    order(own, versionParts(from) ?? []) >= 0 && order(own, versionParts(before) ?? []) < 0;
  return KNOWN.filter((known) => known.tool === tool && known.versions.some(isWithin)).map(
    ({ reason, hint, source }) => ({ reason, hint, source }),
  );
}

function versionParts(version: string): number[] | undefined {
  return /^v?(\d+)\.(\d+)(?:\.(\d+))?/
    .exec(version)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
}

function order(left: readonly number[], right: readonly number[]): number {
  const at = left.findIndex((part, index) => part !== right[index]);
  return at < 0 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
