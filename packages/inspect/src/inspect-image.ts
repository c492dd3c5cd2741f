import { type ProcessEnvironment, RegistryClient } from "@imagespec/registry";
import pLimit from "p-limit";
import { openImage } from "./image/open-image.ts";
import type { ImageAccess } from "./image/opened-image.ts";
import { compareReports, type ImageDifference } from "./report/compare-reports.ts";
import type { ImageInspection } from "./report/image-report.ts";
import { makeReport } from "./report/make-report.ts";

/** How an image is inspected. */
export interface InspectOptions {
  /** `linux/amd64`; default: this machine's, where the image has it. */
  platform?: string | undefined;
  /** For registries, credentials and the engine; default: process.env. */
  env?: ProcessEnvironment | undefined;
  signal?: AbortSignal | undefined;
}

/** Layers that are read at a time. */
const CONCURRENCY = 4;

/**
 * Says what an image is made of: a reference in a registry, `oci:FOLDER[:TAG]`, `engine:NAME` or `docker-archive:FILE`.
 * Its layers are read as streams; nothing is unpacked to the disk.
 *
 * @throws ImageSpecError E_REGISTRY and others of the registry client, E_INPUT_FILE, E_DAEMON, E_REFERENCE,
 * E_UNSUPPORTED.
 */
export function inspectImage(reference: string, options: InspectOptions = {}): Promise<ImageInspection> {
  return withAccess(options, (access) => inspect(reference, access));
}

/** What sets two images apart; a layer that both have is read once. Throws as {@link inspectImage}. */
export function compareImages(before: string, after: string, options: InspectOptions = {}): Promise<ImageDifference> {
  return withAccess(options, async (access) => {
    const { report } = await inspect(before, access);
    return compareReports(report, (await inspect(after, access)).report);
  });
}

async function inspect(reference: string, access: ImageAccess): Promise<ImageInspection> {
  const image = await openImage(reference, access);
  const limit = pLimit(CONCURRENCY);
  return makeReport(image, await Promise.all(image.layers.map((layer) => limit(() => layer.scan()))));
}

async function withAccess<T>(
  { platform, env = process.env, signal }: InspectOptions,
  work: (access: ImageAccess) => Promise<T>,
): Promise<T> {
  const client = new RegistryClient({ env });
  // The first layer that fails ends the others.
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  try {
    return await work({ env, client, platform, signal: either, known: new Map() });
  } finally {
    stop.abort();
    await client.close();
  }
}
