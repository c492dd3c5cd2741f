import { docsPage, type Problem } from "@imagespec/registry/terms";
import type { BaseImage } from "./base-image.ts";

/** NVIDIA builds on the next Ubuntu from this CUDA on. */
const UBUNTU_2204 = [11, 7, 0] as const;
/** From this CUDA on, NVIDIA's image names do not state the version of cuDNN: each image has just one. */
const UNNUMBERED_CUDNN = [12, 4, 0] as const;
const OLDEST = [11, 0, 0] as const;
const ONLY_CUDNN = "9";

/** The rule for `cuda`: three parts, of a CUDA that NVIDIA has images of. */
export function cudaBreach(version: string): Problem | undefined {
  if (!/^\d{1,4}\.\d{1,4}\.\d{1,4}$/.test(version)) {
    const message = `'${version}' is not a CUDA version of three parts, as NVIDIA names its images`;
    return { code: "cuda", message, hint: 'Write it like "12.4.1".' };
  }
  if (reaches(version, OLDEST)) return undefined;
  const message = `CUDA ${version} is older than NVIDIA's images for Ubuntu 20.04 and 22.04`;
  return { code: "cuda", message, hint: "Use 11.0.3 or newer, or name your own image in baseImage." };
}

/** The rule for `cudnn`: a major version, which is all that NVIDIA's image names say. */
export function cudnnBreach(version: string): Problem | undefined {
  if (version === "8" || version === "9") return undefined;
  const message = `'${version}' is not a cuDNN version that NVIDIA's images name`;
  return { code: "cudnn", message, hint: 'Write its major version: "9", or "8" for CUDA before 12.4.0.' };
}

/** Why a cuDNN and a CUDA version, each valid by itself, cannot be combined. */
export function cudnnOfCudaBreach(cuda: string, cudnn: string): Problem | undefined {
  if (!reaches(cuda, UNNUMBERED_CUDNN) || cudnn === ONLY_CUDNN) return undefined;
  const message = `NVIDIA's images of CUDA ${cuda} hold cuDNN ${ONLY_CUDNN}, not ${cudnn}`;
  return { code: "cudnn", message, hint: `Set cudnn to "${ONLY_CUDNN}", or use CUDA older than 12.4.0.` };
}

/** NVIDIA's runtime image of a CUDA version, with cuDNN where one is asked for. Pure. */
export function nvidiaImage(cuda: string, cudnn: string | undefined): string {
  const ubuntu = reaches(cuda, UBUNTU_2204) ? "ubuntu22.04" : "ubuntu20.04";
  const number = reaches(cuda, UNNUMBERED_CUDNN) ? "" : cudnn;
  return `nvidia/cuda:${cuda}-${cudnn === undefined ? "" : `cudnn${number}-`}runtime-${ubuntu}`;
}

/**
 * What to say when a registry has no such base, if the base is the image that `cuda` selects: the parts of its tag, by
 * the parameters they come from, and the cure. Undefined for any other base. Pure.
 */
export function missingNvidiaImage(base: BaseImage): Problem | undefined {
  if (base.kind !== "reference") return undefined;
  const [, cuda, cudnn, ubuntu] =
    /(?:^|\/)nvidia\/cuda:(\d+\.\d+\.\d+)-(?:cudnn(\d*)-)?runtime-ubuntu(\d+\.\d+)$/.exec(base.reference) ?? [];
  if (cuda === undefined) return undefined;
  const withCudnn = cudnn === undefined ? "no cuDNN" : `cuDNN ${cudnn || ONLY_CUDNN} (cudnn)`;
  return {
    code: "cuda",
    message: `there is no image ${base.reference}, of CUDA ${cuda} (cuda), ${withCudnn} and Ubuntu ${ubuntu}`,
    hint: `Set cuda to one of the tags of nvidia/cuda that end in runtime-ubuntu${ubuntu}, or leave it out where wheels bring CUDA: see ${docsPage("recipes/gpu")}.`,
  };
}

function reaches(version: string, least: readonly number[]): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, part] of least.entries()) {
    const own = parts[index] ?? 0;
    if (own !== part) return own > part;
  }
  return true;
}
