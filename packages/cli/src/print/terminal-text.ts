/** `1.2 s`, `2 min 5 s`. */
export function seconds(value: number): string {
  // 59.96 s would be printed as 60.0 s.
  if (value < 59.95) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** A text of at most `length` characters, with `…` in place of an end that is left out. */
export function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1)).trimEnd()}…`;
}

/** A text from outside, with dots in place of control characters, which a terminal would act on. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "·");
}
