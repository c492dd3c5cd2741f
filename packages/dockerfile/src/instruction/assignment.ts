const PLAIN_NAME = /[A-Za-z0-9_.-]/;

/**
 * `NAME="VALUE"` for ENV and LABEL, giving back exactly that name and value. Not for values with CR or LF: the
 * frontend reads lines, so those have no written form there and go by build argument.
 */
export function renderAssignment(name: string, value: string): string {
  return `${escapeName(name)}="${escapeValue(value)}"`;
}

/** A text between double quotes, where it stands for itself. */
export function escapeValue(text: string): string {
  return text.replace(/[\\"$]/g, "\\$&");
}

/** The name of a variable or label, where it stands for itself. */
export function escapeName(name: string): string {
  return Array.from(name, (char) => (PLAIN_NAME.test(char) || char > "\u007f" ? char : `\\${char}`)).join("");
}
