/** Codes that a build step can name itself, because only it can see the fault. */
export type StepFaultCode = "E_BUILD" | "E_RESOLVE" | "E_NO_PYTHON" | "E_BASE_NO_SHELL" | "E_UNSUPPORTED";

/** A fault that a step named in its log. */
export interface StepFault {
  code: StepFaultCode;
  message: string;
}

/** Added to PATH, since a base spec may have set a PATH without the folders of the system's programs. */
export const SYSTEM_PATH = "PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin;";

/**
 * Defines the shell function `fail CODE MESSAGE`. Its output does not appear in the Dockerfile itself, so a log that
 * quotes the script of a failed step is not mistaken for it. Also puts the system's programs on PATH.
 */
export const FAIL_FUNCTION = `${SYSTEM_PATH} fail() { printf 'imagespec:%s: %s\\n' "$1" "$2" >&2; exit 65; };`;

/** What a step warned of in one line of a log, however the builder prefixes log lines. */
export function parseStepWarning(line: string): string | undefined {
  return /(?:^|\s)imagespec:warning: (.+)$/.exec(line)?.[1];
}

/** The fault that `fail` named in one line of a log, however the builder prefixes log lines. */
export function parseStepFault(line: string): StepFault | undefined {
  const match = /(?:^|\s)imagespec:(E_BUILD|E_RESOLVE|E_NO_PYTHON|E_BASE_NO_SHELL|E_UNSUPPORTED): (.+)$/.exec(line);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { code: match[1] as StepFaultCode, message: match[2] };
}
