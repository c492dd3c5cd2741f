import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { Platform } from "./descriptor.ts";

// containerd's normal forms of common spellings: https://pkg.go.dev/github.com/containerd/platforms
const ARCHITECTURES: ReadonlyMap<string, { architecture: string; variant?: string | undefined }> = new Map([
  ["x86_64", { architecture: "amd64" }],
  ["x86-64", { architecture: "amd64" }],
  ["aarch64", { architecture: "arm64" }],
  ["armhf", { architecture: "arm", variant: "v7" }],
  ["armel", { architecture: "arm", variant: "v6" }],
  ["i386", { architecture: "386" }],
  ["i686", { architecture: "386" }],
  ["x86", { architecture: "386" }],
]);
const SYSTEMS: ReadonlyMap<string, string> = new Map([["macos", "darwin"]]);

// Go's names, which the OCI image-spec allows (`go tool dist list`).
const KNOWN_SYSTEMS = new Set(
  "aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasi wasip1 windows".split(
    " ",
  ),
);
const KNOWN_ARCHITECTURES = new Set(
  "386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x wasm".split(" "),
);
const VARIANT = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/**
 * The one spelling of a platform: lower case, Go's names of architectures, and no variant where it is the
 * architecture's usual one; for arm the variant is written out, as containerd does. Takes what an index or a config
 * says as it is: unknown names stay.
 */
function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase();
  const given = platform.architecture.toLowerCase();
  const { architecture, variant: implied } = ARCHITECTURES.get(given) ?? { architecture: given };
  const variant = normalVariant(architecture, implied ?? (platform.variant?.toLowerCase() || undefined));
  return { os: SYSTEMS.get(os) ?? os, architecture, variant };
}

function normalVariant(architecture: string, variant: string | undefined): string | undefined {
  const spelled = variant !== undefined && /^[0-9]/.test(variant) ? `v${variant}` : variant;
  if (architecture === "arm") return spelled ?? "v7";
  if (architecture === "386") return undefined;
  if (architecture === "amd64") return spelled === "v1" ? undefined : spelled;
  if (architecture !== "arm64") return variant;
  const plain = spelled?.replace(/\.0$/, "");
  return plain === "v8" ? undefined : plain;
}

/** True for `os/architecture[/variant]` with a system and an architecture that Go knows, in any of their spellings. */
export function isPlatform(text: string): boolean {
  return readPlatform(text) !== undefined;
}

/**
 * Reads `os/architecture[/variant]` into its normal form.
 *
 * @throws ImageSpecError E_OPTIONS when the text is not a platform.
 */
export function parsePlatform(text: string): Platform {
  const platform = readPlatform(text);
  if (platform !== undefined) return platform;
  throw new ImageSpecError("E_OPTIONS", `'${text}' is not a platform`, {
    hint: "Write os/architecture or os/architecture/variant, for example linux/arm64.",
  });
}

/**
 * The normal form of a platform's text: `linux/aarch64` is `linux/arm64`, `linux/amd64/v1` is `linux/amd64`.
 *
 * @throws ImageSpecError E_OPTIONS when the text is not a platform.
 */
export function normalPlatform(text: string): string {
  return formatPlatform(parsePlatform(text));
}

/** `os/architecture[/variant]` in the normal form. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalizePlatform(platform);
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** Names that Node has for architectures, and Go others. */
const NODE_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  ia32: "386",
  ppc64: "ppc64le",
  mipsel: "mipsle",
};

/** The platform of the Linux images that are made for this machine, whatever its own system: `linux/arm64`. */
export function machinePlatform(): string {
  return normalPlatform(`linux/${NODE_ARCHITECTURES[process.arch] ?? process.arch}`);
}

/** What a machine of that platform runs, best first: itself, then the older variants of its architecture. */
export function runnablePlatforms(platform: Platform): string[] {
  const wanted = normalizePlatform(platform);
  const usual = new Map([
    ["amd64", { floor: 1, level: 1 }],
    ["arm", { floor: 5, level: 7 }],
    ["arm64", { floor: 8, level: 8 }],
  ]).get(wanted.architecture);
  const level = /^v([0-9]+)$/.exec(wanted.variant ?? `v${usual?.level}`)?.[1];
  if (usual === undefined || level === undefined) return [formatPlatform(wanted)];
  const all: string[] = [];
  for (let number = Number(level); number >= usual.floor; number--) {
    all.push(formatPlatform({ os: wanted.os, architecture: wanted.architecture, variant: `v${number}` }));
  }
  return all.length > 0 ? all : [formatPlatform(wanted)];
}

function readPlatform(text: string): Platform | undefined {
  const [os = "", architecture = "", variant, ...rest] = text.split("/");
  if (rest.length > 0 || (variant !== undefined && !VARIANT.test(variant.toLowerCase()))) return undefined;
  const platform = normalizePlatform({ os, architecture, variant });
  const known = KNOWN_SYSTEMS.has(platform.os) && KNOWN_ARCHITECTURES.has(platform.architecture);
  return known ? platform : undefined;
}
