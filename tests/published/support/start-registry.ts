import type { TestProject } from "vitest/node";
import { startNpmRegistry } from "../../../scripts/services/npm-registry.ts";
import startServices from "../../support/start-services.ts";
import { publishWorkspace } from "./publish.ts";

declare module "vitest" {
  interface ProvidedContext {
    npm: { url: string; yarn: string };
  }
}

/** Starts the services of end-to-end tests and an npm registry of its own, with every package of this workspace. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const stopServices = await startServices(project);
  const { url, yarn, stop } = await startNpmRegistry();
  project.provide("npm", { url, yarn });
  try {
    await publishWorkspace(url);
  } catch (error) {
    await stop();
    throw error;
  }
  return async () => {
    await stop();
    await stopServices();
  };
}
