import type { Case } from "./case.ts";

const installed = (says: string, ...packages: string[]): Case => ({
  says,
  spec: ({ index }) => ({ parameters: { packages, pipIndex: index.url } }),
  ends: "built",
});

/** Wheels whose files get in the way of whoever installs or compiles them. */
export const HOSTILE_WHEEL_CASES: readonly Case[] = [
  { ...installed("a wheel with a script of the environment's own", "own-activate"), ends: "E_RESOLVE" },
  installed("a wheel with files that uv marks environments with", "own-marks"),
  installed("a wheel that ends each Python that starts in its environment", "ends-python"),
  installed("a wheel with modules of the standard library's names", "shadows-library"),
  installed("a wheel with .pth files that run code, lead elsewhere and are no text", "path-files"),
  installed("a wheel whose sources compilers refuse, warn of or order by chance", "odd-sources"),
  installed("a wheel with scripts of every kind of first line", "odd-scripts"),
  installed("a wheel with entry points of equal names", "odd-entry-points"),
  installed("a wheel with files that installers write", "odd-metadata"),
  installed("two wheels that make one name space by code", "same-space-one", "same-space-two"),
  installed("a wheel for both libraries, with extension modules", "both-libraries"),
];
