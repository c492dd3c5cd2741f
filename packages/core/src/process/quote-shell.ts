/** One word of a POSIX shell, in quotes, that stands for exactly `text`. Any text but NUL can be quoted. */
export function quoteShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
