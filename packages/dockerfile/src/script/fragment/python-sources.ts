/**
 * Settings of the host that say where uv fetches the Pythons it manages. They travel as build arguments of other names,
 * so that what a base image sets for its own uv does not count for the build.
 */
export const PYTHON_SOURCES: readonly { variable: string; argument: string }[] = [
  "PYTHON_INSTALL_MIRROR",
  "PYTHON_DOWNLOADS_JSON_URL",
].map((name) => ({ variable: `UV_${name}`, argument: `IMAGESPEC_${name}` }));

/** Declares the arguments, before the step that downloads a Python. */
export const PYTHON_SOURCE_ARGUMENTS: readonly string[] = PYTHON_SOURCES.map(({ argument }) => `ARG ${argument}`);

/** Hands the arguments that were given to uv. Comes after the environment was cleaned. */
export const PYTHON_SOURCE_LINES: readonly string[] = PYTHON_SOURCES.map(
  ({ variable, argument }) => `if [ -n "\${${argument}:-}" ]; then export "${variable}=$${argument}"; fi;`,
);
