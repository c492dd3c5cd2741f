import type { BuildPlan } from "@imagespec/core/builder";
import { isLoopback } from "@imagespec/registry";

/** Build arguments that are no addresses: hosts that need no proxy, and values of the plan. */
const NO_ADDRESS = /^(?:no_proxy|IMAGESPEC_ENV_\d+)$/i;

/**
 * Whether the steps of a build ask something that listens on this machine: an index, a channel, a mirror, or what its
 * build arguments name, a proxy or a source of Pythons. Pure.
 */
export function asksThisMachine({ steps }: BuildPlan, buildArguments: Readonly<Record<string, string>>): boolean {
  const { apt, environment, packages } = steps;
  const conda = environment?.manager === "conda" ? environment : undefined;
  const addresses = [
    packages?.index,
    ...(packages?.extraIndexes ?? []),
    ...(conda?.channels ?? []),
    ...Object.values({ ...apt?.mirrors, ...conda?.mirrors }),
    ...Object.entries(buildArguments).flatMap(([name, value]) => (NO_ADDRESS.test(name) ? [] : [value])),
  ];
  return addresses.some((address) => address !== undefined && isHere(address));
}

/** A proxy's address may have no scheme. */
function isHere(address: string): boolean {
  const url = address.includes("://") ? address : `http://${address}`;
  return URL.canParse(url) && isLoopback(new URL(url).host);
}
