/** The variables of a process, such as process.env. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** Whether a variable is set to a true value, as the original reads them: `1`, `true`, `t`, `yes`, `y`, `on`, in any case. */
export function isTrue(value: string | undefined): boolean {
  return /^(1|t|true|y|yes|on)$/i.test(value ?? "");
}
