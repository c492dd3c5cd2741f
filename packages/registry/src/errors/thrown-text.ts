/**
 * What somebody else's code threw, as text: the message of an error, else the value itself. It may throw anything, also
 * what no text can be made of.
 */
export function thrownText(thrown: unknown): string {
  try {
    return String((thrown as { message?: unknown } | null | undefined)?.message ?? thrown);
  } catch {
    return "a value that cannot be printed";
  }
}
