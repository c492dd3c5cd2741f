export type { Credential, CredentialStore } from "./credentials/credential.ts";
export { ERROR_CODES, type ErrorCode } from "./errors/codes.ts";
export {
  ImageSpecError,
  type ImageSpecErrorOptions,
  isImageSpecError,
  type SpecFault,
} from "./errors/image-spec-error.ts";
export { redact } from "./errors/redact.ts";
export { type Descriptor, MEDIA_TYPES, type Platform } from "./image/descriptor.ts";
export type { CallOptions, ImageSink, ImageSource, ManifestBytes, OpenBlob } from "./image/store.ts";
export type { Presence } from "./presence/presence.ts";
