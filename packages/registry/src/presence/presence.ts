import type { ImageSpecError } from "../errors/image-spec-error.ts";

/** Whether an image exists. Never guessed: what cannot be found out is `unknown` with its cause. */
export type Presence =
  | { status: "present"; digest: string; platforms: string[] }
  /** `missing`: the tag exists and lacks these platforms; `digest` is then what stands there now. */
  | { status: "absent"; missing?: string[] | undefined; digest?: string | undefined }
  | { status: "unknown"; cause: ImageSpecError };
