/** Every way imagespec can fail. Closed: docs/errors.md is generated from it. */
export const ERROR_CODES = {
  E_SPEC: "The spec breaks one or more rules; `faults` lists them all.",
  E_INPUT_FILE: "A file that the spec or the command names is missing, unreadable or of the wrong kind.",
  E_FILE_CHANGED: "A file changed while it was read, so the image would not hold what was hashed.",
  E_REFERENCE: "A text is not an image reference in the distribution grammar.",
  E_CYCLE: "Base images or requirement files refer to each other in a circle.",
  E_OPTIONS: "Options of a builder or of a call are not valid.",
  E_NO_BUILDER: "No installed builder can build this spec here.",
  E_BUILDER_UNKNOWN: "The builder asked for is not installed.",
  E_BUILDER_LOAD: "A builder package was found and could not be loaded.",
  E_UNSUPPORTED: "The chosen builder cannot do something this spec asks for.",
  E_TOOL_MISSING: "A program or package the builder runs is missing or too old.",
  E_DAEMON: "The container engine does not answer, or refuses.",
  E_NO_PYTHON: "The base image holds no Python and the spec does not ask for one.",
  E_BASE_NO_SHELL: "The base image has no /bin/sh or no chown, which this builder needs.",
  E_RESOLVE: "Python or conda packages could not be resolved or fetched.",
  E_BUILD: "A build step failed.",
  E_PUSH: "The image was built and could not be pushed.",
  E_REGISTRY_UNREACHABLE: "The registry does not answer.",
  E_REGISTRY_AUTH: "The registry refuses the credentials, or requires some.",
  E_REGISTRY: "The registry answered with an error, or with something that the protocol does not allow.",
  E_PRESENCE_UNKNOWN: "Nobody can tell whether the image exists.",
  E_DIGEST_MISMATCH: "What was downloaded does not match its digest or size.",
  E_OUTPUT: "The output cannot be written: its disk is full, it may not be written to, or something else is there.",
  E_CACHE: "The cache folder cannot be written or read.",
  E_KUBERNETES: "The Kubernetes API refused, or the Job could not run.",
  E_ABORTED: "The call was cancelled.",
  E_INTERNAL: "A fault of imagespec itself.",
} as const;

/** Code of an error of imagespec: a key of `ERROR_CODES`. */
export type ErrorCode = keyof typeof ERROR_CODES;
