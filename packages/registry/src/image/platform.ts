import { ImageSpecError } from "../errors/image-spec-error.ts";
import type { Platform } from "./descriptor.ts";

const ARCHITECTURES: Record<string, string> = {
  x86_64: "amd64",
  "x86-64": "amd64",
  aarch64: "arm64",
  i386: "386",
  i686: "386",
  armhf: "arm",
  armel: "arm",
};
const DEFAULT_VARIANTS: Record<string, string> = { amd64: "v1", arm64: "v8", arm: "v7" };

/** The one spelling of a platform: docker's architecture names, and no variant where it is the architecture's usual one. */
export function normalizePlatform(platform: Platform): Platform {
  const given = platform.architecture.toLowerCase();
  const architecture = ARCHITECTURES[given] ?? given;
  const variant = platform.variant?.toLowerCase() || (given === "armel" ? "v6" : undefined);
  const spelled = variant !== undefined && /^[0-9]+$/.test(variant) ? `v${variant}` : variant;
  // For arm the variant is written out, as docker does; arm64/v8 and amd64/v1 are the plain names.
  const kept =
    architecture === "arm" ? (spelled ?? "v7") : spelled === DEFAULT_VARIANTS[architecture] ? undefined : spelled;
  return { os: platform.os.toLowerCase(), architecture, ...(kept === undefined ? {} : { variant: kept }) };
}

/** Reads `os/architecture[/variant]`. Throws E_OPTIONS. */
export function parsePlatform(text: string): Platform {
  const [os, architecture, variant, ...rest] = text.split("/");
  const legal = [os, architecture, variant ?? "x"].every(
    (part) => part !== undefined && /^[A-Za-z0-9_.-]+$/.test(part),
  );
  if (!legal || os === undefined || architecture === undefined || rest.length > 0) {
    throw new ImageSpecError("E_OPTIONS", `"${text}" is not a platform`, {
      hint: "Write os/architecture or os/architecture/variant, for example linux/arm64.",
    });
  }
  return normalizePlatform({ os, architecture, ...(variant === undefined ? {} : { variant }) });
}

/** `os/architecture[/variant]` in the normal spelling. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalizePlatform(platform);
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** What a machine of that platform runs, best first: itself, then the older variants of its architecture. */
export function runnablePlatforms(platform: Platform): string[] {
  const wanted = normalizePlatform(platform);
  const base = { os: wanted.os, architecture: wanted.architecture };
  const [floor, usual] = wanted.architecture === "arm" ? [5, 7] : wanted.architecture === "amd64" ? [1, 1] : [8, 8];
  const level = /^v([0-9]+)$/.exec(wanted.variant ?? `v${usual}`)?.[1];
  if (level === undefined || !(wanted.architecture in DEFAULT_VARIANTS)) return [formatPlatform(wanted)];
  const all: string[] = [];
  for (let number = Number(level); number >= floor; number--) {
    all.push(formatPlatform({ ...base, variant: `v${number}` }));
  }
  return all.length > 0 ? all : [formatPlatform(wanted)];
}
