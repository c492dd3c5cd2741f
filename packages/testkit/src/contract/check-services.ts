import type { ContainerEngine } from "@imagespec/container-engine";
import { ImageSpecError } from "@imagespec/registry";
import { registryConfig } from "../container/registry-config.ts";
import type { ContractServices } from "./contract-options.ts";

/**
 * Asks whether what the contract runs against is there.
 *
 * @throws ImageSpecError E_DAEMON without an engine that starts images; E_REGISTRY naming the base image that cannot be
 * read, with the error of the registry as its cause.
 */
export async function checkServices(services: ContractServices, docker: ContainerEngine): Promise<void> {
  const { os, architecture } = await docker.version().catch((cause: Error) => {
    throw new ImageSpecError("E_DAEMON", `The engine that starts the built images does not answer: ${cause.message}`, {
      cause,
      hint: "Start a docker engine, and set services.dockerHost to its address.",
    });
  });
  const native = `${os}/${architecture}`;
  if (!services.platform.startsWith(native)) {
    throw new ImageSpecError(
      "E_OPTIONS",
      `The engine at ${services.dockerHost} runs ${native}, and services.platform is ${services.platform}`,
      { hint: `Set services.platform to ${native}.` },
    );
  }
  for (const [name, image] of Object.entries(services.images)) {
    await registryConfig(image, services.platform).catch((cause: Error) => {
      throw new ImageSpecError(
        "E_REGISTRY",
        `The base image services.images.${name} cannot be read: ${cause.message}`,
        { cause, hint: `Push ${image} as https://imagespec.dev/testkit describes.` },
      );
    });
  }
}
