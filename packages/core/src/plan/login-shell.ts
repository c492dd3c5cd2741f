import { quoteShell } from "../process/quote-shell.ts";

/** Read by /etc/profile after it has set a PATH of its own, on Debian and its kin, Alpine, Fedora and SUSE alike. */
export const LOGIN_SHELL_FILE = "/etc/profile.d/imagespec.sh";

/** What the file holds that gives `path`, the PATH of the image's config, back to login shells. Pure. */
export function loginShellText(path: string): string {
  return `export PATH=${quoteShell(path)}\n`;
}
