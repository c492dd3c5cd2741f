const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word of /bin/sh that stands for exactly `text`. Any text but NUL can be quoted. */
export function quoteShell(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
