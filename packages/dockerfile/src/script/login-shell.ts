import { LOGIN_SHELL_FILE } from "@imagespec/core/builder";
import { FAIL_FUNCTION } from "./fragment/fail.ts";

/**
 * Writes the file that gives the image's PATH back to login shells, whose /etc/profile sets another. The same text as
 * core's `loginShellText` makes of that PATH.
 */
export function loginShellScript(): string[] {
  const folder = LOGIN_SHELL_FILE.slice(0, LOGIN_SHELL_FILE.lastIndexOf("/"));
  return [
    "set -e; rest=$PATH quoted=;",
    FAIL_FUNCTION,
    `while case $rest in *\\'*) true;; *) false;; esac; do quoted="$quoted\${rest%%\\'*}'\\\\''" rest=\${rest#*\\'}; done;`,
    `mkdir -p ${folder};`,
    `printf "export PATH='%s'\\n" "$quoted$rest" >${LOGIN_SHELL_FILE}; chmod 644 ${LOGIN_SHELL_FILE}`,
  ];
}
