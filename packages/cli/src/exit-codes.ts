/** The program's exit codes. `absent` and `unknown` are answers of `exists`. */
export const EXIT = { done: 0, failed: 1, usage: 2, absent: 3, unknown: 4, tryAgain: 75, interrupted: 130 } as const;
