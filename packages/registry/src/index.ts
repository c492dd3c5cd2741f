export { RegistryClient, type RegistryClientOptions, type RepositoryOptions } from "./client/registry-client.ts";
export type { RegistryEvent } from "./client/registry-event.ts";
export type { ManifestHead, RegistryRepository } from "./client/registry-repository.ts";
export { dockerServer } from "./credentials/config-document.ts";
export type { Credential, CredentialStore } from "./credentials/credential.ts";
export { type DockerCredentialsOptions, dockerCredentials } from "./credentials/docker-credentials.ts";
export { collectBytes } from "./digest/collect-bytes.ts";
export { digestOf } from "./digest/digest.ts";
export { HttpTransport, type TransportOptions } from "./http/http-transport.ts";
export type { HttpRequest, HttpResponse, LargeBody, ResponseBody } from "./http/message/http-message.ts";
export { type NetworkFault, networkFault } from "./http/network-fault.ts";
export type { RetryOptions } from "./http/retry-policy.ts";
export { untilAborted } from "./http/until-aborted.ts";
export { assembleIndex } from "./image/assemble-index.ts";
export { checkImagePlatforms, checkPlatform } from "./image/check-platform.ts";
export { type CopyOptions, copyImage } from "./image/copy-image.ts";
export { type Descriptor, MEDIA_TYPES, type Platform } from "./image/descriptor.ts";
export { configPlatform, type ImageConfig, parseImageConfig, readConfig } from "./image/image-config.ts";
export { descriptorOf, manifestBytes } from "./image/manifest-bytes.ts";
export { type FormatTypes, formatTypes, type ManifestFormat } from "./image/manifest-format.ts";
export { orDiscard } from "./image/or-discard.ts";
export { type IndexDocument, type ManifestDocument, parseManifest } from "./image/parse-manifest.ts";
export {
  assembleManifest,
  type ImageLayer,
  type ImageParts,
  type PushOptions,
  pushImage,
  pushIndex,
} from "./image/push-image.ts";
export { type ReadImage, readImage } from "./image/read-image.ts";
export { platformsOf, selectPlatform } from "./image/select-platform.ts";
export type {
  CallOptions,
  ImageSink,
  ImageSource,
  ManifestBytes,
  OpenBlob,
  PutBlobOptions,
} from "./image/store.ts";
export { DockerArchive } from "./layout/docker-archive.ts";
export { OciLayout } from "./layout/oci-layout.ts";
export { PieceMemory } from "./pieces/piece-memory.ts";
export { type ReadPiecesOptions, readPieces } from "./pieces/read-pieces.ts";
export {
  checkRegistryPresence,
  type PlatformMemory,
  type PresenceCheckOptions,
} from "./presence/check-registry-presence.ts";
export type { Presence } from "./presence/presence.ts";
export { draftPath, sweepDrafts } from "./process/draft.ts";
export {
  type AttachedDocument,
  type AttachOptions,
  attachDocument,
  uploadDocument,
} from "./referrer/attach-document.ts";
export { type AttachedDocumentOptions, attachedDocuments } from "./referrer/attached-documents.ts";
export * from "./terms.ts";
