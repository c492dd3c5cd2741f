/** Codes that a build step can name itself, because only it can see the fault. */
export type StepFailureCode = "E_NO_PYTHON" | "E_BASE_NO_SHELL" | "E_UNSUPPORTED";

// The spec of a base image may have set a PATH of its own, without the places where the system's programs are.
const SYSTEM_PATH = "PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin;";

/**
 * Defines the shell function `fail CODE MESSAGE`. What it prints stands nowhere in the Dockerfile, so a log that
 * quotes the script of a failed step is not taken for it. System programs are found from here on.
 */
export const FAIL_FUNCTION = `${SYSTEM_PATH} fail() { printf 'imagespec:%s: %s\\n' "$1" "$2" >&2; exit 65; };`;

/** Whether an instruction, as a builder's log quotes it, is the step that installs the packages of a spec. */
export function installsPackages(instruction: string): boolean {
  return /uv pip install --python \/opt|uv sync --locked|micromamba \\?"\$verb/.test(instruction);
}

/** The fault a step named in one line of its log, however the builder prefixes log lines. */
export function parseStepFailure(line: string): { code: StepFailureCode; message: string } | undefined {
  const match = /(?:^|\s)imagespec:(E_NO_PYTHON|E_BASE_NO_SHELL|E_UNSUPPORTED): (.+)$/.exec(line);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { code: match[1] as StepFailureCode, message: match[2] };
}
