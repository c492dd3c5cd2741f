import type { ContractServices } from "@imagespec/testkit";
import type { Services } from "../../scripts/services/services.ts";

/** The part of the services that the builder contract is given. */
export function contractServices({ registry, dockerHost, platform, images }: Services): ContractServices {
  return { registry, dockerHost, platform, images };
}
