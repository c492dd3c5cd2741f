import { pipeline, Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { type BuildRequest, openShippedFile, secretFile, secretTexts, sourceDateEpoch } from "@imagespec/core/builder";
import {
  contextFiles,
  contextTar,
  type DockerConfig,
  type Dockerfile,
  dockerConfig,
  hostBuildArguments,
  hostCertificates,
  renderDockerfile,
} from "@imagespec/dockerfile";
import { insecureRegistries, packageVersion, parseReference } from "@imagespec/registry";
import type { KanikoOptions } from "../options.ts";
import { cacheRepository } from "./arguments.ts";
import { asksThisMachine } from "./local-addresses.ts";
import { type RegistryAccess, registryAccess } from "./registry-access.ts";

/** All that the runs of one build have in common, gathered before the first of them starts. */
export interface BuildInputs {
  /** The image's reference, or its name where it has no registry. */
  subject: string;
  /** `registry/name`, for the default cache. */
  repository: string | undefined;
  env: Record<string, string>;
  secrets: { source: string; target: string }[];
  certificates: string | undefined;
  dockerConfig: DockerConfig | undefined;
  access: RegistryAccess;
  /** True when something the build needs listens on this machine alone. */
  local: boolean;
  /** Texts that no log or error may show. */
  redact: string[];
}

/**
 * Gathers the inputs. `pushed` is what the executor itself reads and writes besides the plan's images and its cache.
 *
 * @throws ImageSpecError E_INPUT_FILE for a secret or certificate file that cannot be read, E_OPTIONS for a
 * SOURCE_DATE_EPOCH that is not a time.
 */
export async function buildInputs(request: BuildRequest<KanikoOptions>, pushed: string[] = []): Promise<BuildInputs> {
  // Checked before anything is made, because the context is opened only when a container waits for it.
  sourceDateEpoch(process.env);
  const { plan, target, options } = request;
  const subject = target.reference;
  const repository = target.push ? parseReference(subject).name : undefined;
  const caches = target.platforms.map((platform) => cacheRepository(options, repository, platform));
  const access = registryAccess(plan, withHostSettings(options), request.mirrors, [
    ...pushed,
    ...caches.filter((cache) => cache !== undefined),
  ]);
  const secrets = (plan.steps.packages?.secrets ?? []).map(({ id, target: to }) => ({
    source: secretFile(request.secrets, id),
    target: to,
  }));
  const config = await dockerConfig(access.hosts, request.credentials, request.signal);
  const env = hostBuildArguments(plan, process.env);
  return {
    subject,
    repository,
    env,
    secrets,
    certificates: (await hostCertificates(process.env))?.pem,
    dockerConfig: config,
    access,
    local: access.local || asksThisMachine(plan, env),
    redact: [...(await secretTexts(secrets.map(({ source }) => source))), ...(config?.secrets ?? [])],
  };
}

/** The Dockerfile in kaniko's dialect. `contextImage`: where the context comes from an image instead. */
export function dockerfileOf(request: BuildRequest, contextImage?: string): Dockerfile {
  return renderDockerfile(request.plan, {
    dialect: "kaniko",
    builder: `kaniko@${packageVersion(new URL("../../package.json", import.meta.url))}`,
    files: request.files,
    contextImage,
  });
}

/** The context, Dockerfile included, as a gzipped tar: the form the executor reads on its standard input. */
export function openContext(request: BuildRequest, dockerfile: string, signal: AbortSignal): Readable {
  const entries = contextFiles(request.plan, dockerfile, request.files);
  const mtime = sourceDateEpoch(process.env);
  const tar = Readable.from(contextTar(entries, { open: openShippedFile, signal, mtime }));
  // The context is read once, here or over a socket: speed counts for more than size.
  const gzip = createGzip({ level: 1 });
  // A failure reaches the reader of the result, which is destroyed with the error.
  return pipeline(tar, gzip, () => undefined);
}

/** The registries without TLS of the options, and those of the host's own settings. */
function withHostSettings(options: KanikoOptions): KanikoOptions {
  const insecure = [...options.insecure, ...insecureRegistries(process.env.IMAGESPEC_INSECURE_REGISTRIES)];
  return { ...options, insecure };
}
