/**
 * What the CLI and this project's own tests need and no user does. Semantic versioning does not cover it: names here
 * may change in any release.
 *
 * @packageDocumentation
 */
export {
  isNamedPipe,
  makeFolder,
  packageVersion,
  READ_FLAGS,
  redact,
  repeatedKey,
  thrownText,
  writeFault,
} from "@imagespec/registry/terms";
export { configEnvironment } from "./config/config-environment.ts";
export { commonJsHint, importProjectModule } from "./config/import-project-module.ts";
export { type BuildContact, buildContacts } from "./contact/build-contacts.ts";
export { type ContactReport, checkContacts } from "./contact/check-contacts.ts";
export { hintForLeftOut } from "./discovery/left-out.ts";
export { projectOfModule } from "./discovery/project-roots.ts";
export { type ProjectSettings, projectSettings } from "./discovery/project-settings.ts";
export { ENGINE_STEPS } from "./engine/engine-steps.ts";
export type { Difference } from "./explain/explain-difference.ts";
export { explainIdentity, type IdentityExplanation } from "./explain/explain-identity.ts";
export { imageName } from "./identity/image-reference.ts";
export { isExcludedName } from "./ignore/excluded-names.ts";
export type { FileDecision, FileReason } from "./ignore/file-decision.ts";
export { type PlanDocument, planDocument } from "./plan/plan-document.ts";
export { planImage } from "./plan/plan-image.ts";
export { type SpecPresenceOptions, specPresence } from "./presence/spec-presence.ts";
export { cacheFolder } from "./process/cache-folder.ts";
export { quoteShell } from "./process/quote-shell.ts";
export { type BuildCall, readBuildOptions } from "./request/build-options.ts";
export { type BuildHost, type PreparedBuild, prepareBuild } from "./request/prepare-build.ts";
export { normalPlatforms } from "./resolve/platforms.ts";
export { faultPath } from "./spec/fault-path.ts";
export { camelCase } from "./spec/parameter-names.ts";
export { specError } from "./spec/parse-parameters.ts";
