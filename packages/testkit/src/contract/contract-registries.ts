import { parsePlatform, pushImage, pushIndex, RegistryClient } from "@imagespec/registry";
import { namedImage } from "../container/registry-config.ts";
import { MemoryStore } from "../registry-server/memory-store.ts";
import { type RegistryServer, startRegistry } from "../registry-server/start-registry.ts";
import type { ContractServices } from "./contract-options.ts";

/** Registries in this process, each with the Python base as `contract/base:1`. */
export interface ContractRegistries {
  /**
   * Needs no credentials. Accepts a tag before its blobs, so that its log shows a builder that pushes the tag too
   * early.
   */
  open: RegistryServer;
  /** Asks for these credentials. */
  closed: RegistryServer;
  username: string;
  password: string;
  close(): Promise<void>;
}

/** The name of the base in both. */
export const BASE = "contract/base:1";

/** A base in both for the other platform alone, without an index. */
export const FOREIGN_BASE = "contract/base:foreign";

/** The platform that {@link BASE} is for besides the engine's. What is in it is the same. */
export function otherPlatform({ platform }: ContractServices): string {
  return platform === "linux/arm64" ? "linux/amd64" : "linux/arm64";
}

/**
 * Starts both. {@link BASE} is an index of two platforms: the engine's, and another with the same files under its name.
 */
export async function startRegistries(services: ContractServices): Promise<ContractRegistries> {
  const storage = new MemoryStore();
  const [username, password] = ["contract", `pass-${Math.random().toString(36).slice(2)}`];
  const open = await startRegistry({ storage, checkReferences: false });
  const closed = await startRegistry({ storage, auth: { type: "bearer", users: { [username]: password } } });
  const close = async () => {
    await open.close();
    await closed.close();
  };
  const credentials = { configFile: undefined, get: async () => ({ kind: "basic", username, password }) as const };
  try {
    await seed(services, new RegistryClient(), open);
    await seed(services, new RegistryClient({ credentials }), closed);
  } catch (error) {
    await close();
    throw error;
  }
  return { open, closed, username, password, close };
}

async function seed(services: ContractServices, client: RegistryClient, server: RegistryServer): Promise<void> {
  const { source, config, manifest } = await namedImage(services.images.python, services.platform);
  const layers = manifest.layers.map((descriptor) => ({ descriptor, open: () => source.getBlob(descriptor) }));
  const target = client.repository(`${server.host}/${BASE}`, { mirror: false, access: "push" });
  const entries = [];
  for (const platform of [services.platform, otherPlatform(services)]) {
    const { os, architecture } = parsePlatform(platform);
    const tag = platform === services.platform ? undefined : "foreign";
    entries.push(await pushImage(target, { config: { ...config, os, architecture }, layers }, { tag }));
  }
  await pushIndex(target, entries, { tag: "1" });
}
