/**
 * What all packages share: errors, the names of images, registries and platforms, how a file that somebody names is
 * read, how work is done side by side, and what a process that ended may leave behind. Quickly loaded; the package's
 * main entry holds it too.
 *
 * @packageDocumentation
 */
export { insecureRegistries, namesHost } from "./client/insecure-registries.ts";
export type { Mirrors } from "./client/mirrors.ts";
export { mirrorOf, parseMirrors, throughMirror } from "./client/mirrors.ts";
export { refusedPushCure } from "./client/refused-push.ts";
export { ERROR_CODES, type ErrorCode } from "./errors/codes.ts";
export { docsPage } from "./errors/docs-page.ts";
export type { ErrorDetails } from "./errors/error-details.ts";
export {
  ImageSpecError,
  type ImageSpecErrorOptions,
  isImageSpecError,
} from "./errors/image-spec-error.ts";
export type { Problem, SpecFault, Unsupported } from "./errors/problem.ts";
export { type EmbeddedCredential, embeddedCredential, redact } from "./errors/redact.ts";
export { cutBesideSecrets } from "./errors/secret-patterns.ts";
export { thrownText } from "./errors/thrown-text.ts";
export { makeFolder } from "./file/make-folder.ts";
export { isNamedPipe } from "./file/named-pipe.ts";
export { READ_FLAGS, READ_FLAGS_WITHOUT_LINKS } from "./file/open-flags.ts";
export { readOwnFile } from "./file/own-file.ts";
export {
  FileRefused,
  LARGEST_LOCK,
  LARGEST_RULES,
  LARGEST_SETTINGS,
  readRegularFile,
} from "./file/read-regular-file.ts";
export { type AuthorityFile, authorityFiles } from "./http/authority-files.ts";
export { formatPlatform, isPlatform, machinePlatform, normalPlatform, parsePlatform } from "./image/platform.ts";
export { isDeeper } from "./json/is-deeper.ts";
export { repeatedKey } from "./json/repeated-key.ts";
export { writeFault } from "./layout/write-fault.ts";
export { inParallel } from "./process/in-parallel.ts";
export { isLeftBehind } from "./process/left-behind.ts";
export { onProcessExit } from "./process/on-process-exit.ts";
export { packageVersion } from "./process/package-version.ts";
export type { ProcessEnvironment } from "./process/process-environment.ts";
export { isRunning, processMark } from "./process/process-mark.ts";
export { isLoopback } from "./reference/loopback.ts";
export { type ImageReference, parseReference } from "./reference/parse-reference.ts";
export {
  isDigest,
  isRegistryHost,
  isSha256Digest,
  isTag,
  nameBreach,
  referenceBreach,
} from "./reference/reference-grammar.ts";
