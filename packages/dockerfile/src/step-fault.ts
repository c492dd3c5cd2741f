const CODES = ["E_BUILD", "E_RESOLVE", "E_NO_PYTHON", "E_BASE_NO_SHELL", "E_INPUT_FILE", "E_UNSUPPORTED"] as const;

/** Codes that a build step can name itself, because only it can see the fault. */
export type StepFaultCode = (typeof CODES)[number];

const FAULT = new RegExp(`(?:^|\\s)imagespec:(${CODES.join("|")}): (.+)$`);

/** A fault that a step named in its log. */
export interface StepFault {
  code: StepFaultCode;
  message: string;
}

/** What a step warned of in one line of a log, however the builder prefixes log lines. */
export function parseStepWarning(line: string): string | undefined {
  return /(?:^|\s)imagespec:warning: (.+)$/.exec(line)?.[1];
}

/** The fault that `fail` named in one line of a log, however the builder prefixes log lines. */
export function parseStepFault(line: string): StepFault | undefined {
  const [, named, message] = FAULT.exec(line) ?? [];
  const code = CODES.find((one) => one === named);
  return code === undefined || message === undefined ? undefined : { code, message };
}
