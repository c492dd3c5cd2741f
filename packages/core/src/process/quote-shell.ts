const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word of a POSIX shell, in quotes, that stands for exactly `text`. Any text but NUL can be quoted. Pure. */
export function quoteShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** One word of a POSIX shell that stands for exactly `text`, in quotes only where it needs them. Pure. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : quoteShell(text);
}
