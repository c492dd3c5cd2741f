import type { ImageSpecError } from "../errors/image-spec-error.ts";

/** Whether an image exists. Never guessed: what cannot be found out is `unknown` with its cause. */
export type Presence =
  | { status: "present"; digest: string; platforms: string[] }
  /** `missing`: the tag exists but lacks these platforms; `digest` is then the one it points to now. */
  | { status: "absent"; missing?: string[] | undefined; digest?: string | undefined }
  | { status: "unknown"; cause: ImageSpecError };
