import { join } from "node:path";
import { dockerCredentials, RegistryClient } from "@imagespec/registry";
import { inject } from "vitest";
import { type BuiltImage, readBuiltImage } from "../agreement/built-image.ts";
import type { BuildPlace } from "./build-place.ts";

/** All of the one image of a place's registry that must be the same whichever run of a builder made it. */
export async function imageIn(place: BuildPlace): Promise<BuiltImage> {
  const [[name = "", digest = ""] = []] = Object.entries(place.tags);
  const credentials = dockerCredentials({ configFile: join(place.path, "login.json") });
  const client = new RegistryClient({ credentials });
  try {
    const { platform } = inject("services");
    return await readBuiltImage(client, { reference: `${place.host}/${name}`, digest, platform });
  } finally {
    await client.close();
  }
}
