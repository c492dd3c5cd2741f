/** The steps of every build, whichever builder is chosen: all others are within `build`. */
export const ENGINE_STEPS = { presence: "check whether the image exists", build: "build the image" } as const;
