/** Environment variable: a true value builds and pushes images that exist already. */
export const FLYTE_FORCE_PUSH_IMAGE_SPEC = "FLYTE_FORCE_PUSH_IMAGE_SPEC";
/** Environment variable: a true value makes a build fail when it is unknown whether the image exists. */
export const FLYTE_IMG_FAST_FAIL = "FLYTE_IMG_FAST_FAIL";
/** Set inside every image we build, to the id of its spec. */
export const IMAGE_ID_VARIABLE = "_F_IMG_ID";
