import { ImageSpecError, isImageSpecError, type Presence } from "@imagespec/registry";
import { dockerEndpoint, type Environment } from "./docker-endpoint.ts";
import { engineRequest } from "./engine-request.ts";

interface EngineImage {
  Id: string;
  Os: string;
  Architecture: string;
  Variant?: string;
}

/**
 * Whether the container engine holds an image for these platforms. An engine keeps one platform of a name, so several
 * wanted ones are never all there. Where no engine answers the result is `unknown` with cause E_DAEMON.
 *
 * @throws ImageSpecError E_ABORTED when cancelled.
 */
export async function checkEnginePresence(
  name: string,
  platforms: readonly string[],
  options: { env?: Environment; signal?: AbortSignal } = {},
): Promise<Presence> {
  try {
    const path = `/images/${name.split("/").map(encodeURIComponent).join("/")}/json`;
    const answer = await engineRequest(await dockerEndpoint(options.env), path, options.signal);
    if (answer.status === 404) return { status: "absent" };
    if (answer.status !== 200) {
      const text = answer.body.slice(0, 200).trim();
      throw new ImageSpecError("E_DAEMON", `The container engine answered ${answer.status} about ${name}: ${text}`, {
        hint: "See what `docker image inspect` says.",
      });
    }
    const image = parseImage(answer.body, name);
    const has = platformText(image);
    const missing = platforms.filter((wanted) => wanted !== has && wanted !== `${image.Os}/${image.Architecture}`);
    if (missing.length > 0) return { status: "absent", missing, digest: image.Id };
    return { status: "present", digest: image.Id, platforms: [has] };
  } catch (error) {
    if (isImageSpecError(error, "E_DAEMON")) return { status: "unknown", cause: error };
    throw error;
  }
}

function platformText(image: EngineImage): string {
  // linux/arm64 and linux/arm64/v8 are the same platform.
  const variant = image.Architecture === "arm64" ? "" : (image.Variant ?? "");
  return [image.Os, image.Architecture, variant].filter(Boolean).join("/");
}

function parseImage(body: string, name: string): EngineImage {
  try {
    const image = JSON.parse(body) as EngineImage;
    if (typeof image.Id === "string" && typeof image.Os === "string" && typeof image.Architecture === "string")
      return image;
  } catch {
    // Falls through: not JSON is as bad as other JSON.
  }
  throw new ImageSpecError("E_DAEMON", `The container engine's answer about ${name} is not an image's description.`, {
    hint: "Check that DOCKER_HOST points to a docker engine.",
  });
}
