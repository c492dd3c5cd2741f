import { ensureServices } from "../../scripts/services/services.ts";

/** Has registry, engine, base images and tools up before the first end-to-end test. */
export async function setup(): Promise<void> {
  await ensureServices();
}
