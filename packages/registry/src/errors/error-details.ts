import type { ErrorCode } from "./codes.ts";
import type { Unsupported } from "./problem.ts";

/** A process that failed. */
export interface ProcessDetails {
  /** The command line, escaped and redacted. */
  command?: string | undefined;
  exitCode?: number | undefined;
  signal?: string | undefined;
  /** The last lines it printed, 50 at most, redacted. */
  tail?: string[] | undefined;
}

/** What was asked of a registry and how it went. */
export interface RegistryDetails {
  /** The registry's host as the reference names it. */
  registry?: string | undefined;
  /** `registry/repository`. */
  repository?: string | undefined;
  /** The host that was asked in the registry's place. */
  mirror?: string | undefined;
  /** The host of the registry's token server, when the failure was there. */
  tokenServer?: string | undefined;
  /** HTTP status. */
  status?: number | undefined;
  /** Codes of the error answer (distribution-spec, error codes). */
  codes?: string[] | undefined;
  /** The Retry-After header as it came. */
  retryAfter?: string | undefined;
  digest?: string | undefined;
  /** Bytes. */
  size?: number | undefined;
  mediaType?: string | undefined;
  /** The field of an image config that has the wrong type: `config.Env`. */
  field?: string | undefined;
  /** The platform that was asked for. */
  platform?: string | undefined;
  /** The platforms there are. */
  platforms?: string[] | undefined;
}

/** How a connection failed. */
export interface NetworkDetails extends RegistryDetails {
  reason?: "refused" | "name" | "tls" | "timeout" | "reset" | "proxy" | undefined;
  /** The system's or the HTTP library's code: ECONNREFUSED. */
  code?: string | undefined;
}

/** A request for one of the packages of an environment. */
export interface FetchDetails extends ProcessDetails {
  /** HTTP status. */
  status?: number | undefined;
  /** Whether a retry may help. */
  retry?: boolean | undefined;
}

/** A parameter, or several, that a builder cannot do. */
export interface UnsupportedDetails {
  builder?: string | undefined;
  parameter?: string | undefined;
  unsupported?: readonly Unsupported[] | undefined;
}

/** A file or folder. */
export interface PathDetails {
  path?: string | undefined;
  /** The system's code: ENOENT. */
  code?: string | undefined;
}

/** A builder that cannot be had. */
export interface BuilderDetails {
  builder?: string | undefined;
  /** The types that are installed. */
  installed?: string[] | undefined;
}

/** What went wrong where a builder's package was looked for or loaded. */
export interface BuilderLoadDetails {
  package?: string | undefined;
  type?: string | undefined;
  file?: string | undefined;
  message?: string | undefined;
  hint?: string | undefined;
}

/** Why each builder that was asked cannot build. */
export interface NoBuilderDetails {
  /** A line for each builder that was asked: `TYPE (priority N): REASON`. */
  builders?: readonly string[] | undefined;
  /** This project's packages with builders that are not installed. */
  missing?: readonly string[] | undefined;
}

/** A build that failed in a builder. */
export interface BuildDetails extends ProcessDetails {
  builder?: string | undefined;
  reference?: string | undefined;
  platform?: string | undefined;
  /** The step of the plan that failed. */
  step?: string | undefined;
}

/** A push that failed. */
export interface PushDetails extends ProcessDetails {
  reference?: string | undefined;
  step?: string | undefined;
  /** `name@digest` as the engine knows them. */
  repoDigests?: string[] | undefined;
}

/** A Job that could not be run, or ended without an image. */
export interface KubernetesDetails {
  job?: string | undefined;
  platform?: string | undefined;
  message?: string | undefined;
  status?: number | undefined;
  tail?: string[] | undefined;
}

/**
 * What `details` of an ImageSpecError holds, by its code: data for machines, never a secret. Any field may be missing;
 * codes that are not listed have none.
 */
export interface ErrorDetails extends Record<ErrorCode, object> {
  E_SPEC: PathDetails;
  E_INPUT_FILE: PathDetails;
  E_FILE_CHANGED: PathDetails;
  E_REFERENCE: { text?: string | undefined };
  E_OPTIONS: UnsupportedDetails;
  E_NO_BUILDER: NoBuilderDetails;
  E_BUILDER_UNKNOWN: BuilderDetails;
  E_BUILDER_LOAD: BuilderLoadDetails;
  E_UNSUPPORTED: UnsupportedDetails & ProcessDetails;
  E_TOOL_MISSING: ProcessDetails & PathDetails;
  E_DAEMON: BuildDetails;
  E_BASE_NO_SHELL: BuildDetails;
  E_RESOLVE: BuildDetails & FetchDetails;
  E_BUILD: BuildDetails;
  E_PUSH: PushDetails;
  E_REGISTRY_UNREACHABLE: NetworkDetails & ProcessDetails;
  E_REGISTRY_AUTH: RegistryDetails & ProcessDetails;
  E_REGISTRY: RegistryDetails & ProcessDetails;
  E_PRESENCE_UNKNOWN: { reference?: string | undefined };
  E_DIGEST_MISMATCH: RegistryDetails;
  E_OUTPUT: PathDetails;
  E_CACHE: PathDetails;
  E_KUBERNETES: KubernetesDetails;
  E_ABORTED: ProcessDetails;
}
