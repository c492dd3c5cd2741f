import type { TestProject } from "vitest/node";
import { runningDaemons, stopDaemon } from "../../scripts/services/daemon.ts";
import { ensureServices, type Services, serviceEnvironment } from "../../scripts/services/services.ts";
import { withoutPythonDownloads } from "./without-python-downloads.ts";

declare module "vitest" {
  interface ProvidedContext {
    services: Services;
  }
}

/**
 * Starts what end-to-end tests need, provides it (`inject("services")`) and puts its environment into the processes of
 * these tests alone; at the end stops what was not running before, extras that test files started included.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const before = new Set((await runningDaemons()).map(({ name }) => name));
  const services = await ensureServices();
  project.config.env = { ...project.config.env, ...serviceEnvironment(services), ...withoutPythonDownloads() };
  project.provide("services", services);
  return async () => {
    // `npm test` stops them itself, before it prints its last line.
    if (process.env.IMAGESPEC_DEV_KEEP) return;
    for (const { name } of await runningDaemons()) if (!before.has(name)) await stopDaemon(name);
  };
}
