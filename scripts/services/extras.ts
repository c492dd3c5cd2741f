import { ensurePasswordRegistry, ensureTlsRegistry } from "./registry.ts";

/** Services that are made only when a test (or `up.ts NAME`) asks for them. */
export const EXTRAS = {
  "registry-password": ensurePasswordRegistry,
  "registry-tls": ensureTlsRegistry,
} satisfies Record<string, () => Promise<unknown>>;

export function isExtra(name: string): name is keyof typeof EXTRAS {
  return name in EXTRAS;
}
