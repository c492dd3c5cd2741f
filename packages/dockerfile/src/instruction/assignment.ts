const PLAIN_NAME = /[A-Za-z0-9_.-]/;

/**
 * `NAME="VALUE"` for ENV and LABEL, giving back exactly that name and value. Not for values with CR or LF: the
 * frontend reads lines, so those have no written form there and go by build argument.
 */
export function renderAssignment(name: string, value: string): string {
  return `${escapeName(name)}="${value.replace(/[\\"$]/g, "\\$&")}"`;
}

/** `NAME="${ARGUMENT}"`: the value of a build argument, which is not read again for variables. */
export function renderAssignmentFromArgument(name: string, argument: string): string {
  return `${escapeName(name)}="\${${argument}}"`;
}

function escapeName(name: string): string {
  return Array.from(name, (char) => (PLAIN_NAME.test(char) || char > "\u007f" ? char : `\\${char}`)).join("");
}
