import type { UserStep } from "@imagespec/core/builder";
import { chownScript } from "./fragment/chown.ts";
import { FAIL_FUNCTION } from "./fragment/fail.ts";

/**
 * Creates the user the container runs as, with shell built-ins plus mkdir, chmod and chown. A user of that name is
 * kept. Else uid and gid are 1000 if both are free, or the next number that is free for both. What the base has in the
 * working folder becomes the user's, but for what is mounted there.
 */
export function userScript(step: UserStep, mounted: readonly string[] = []): string[] {
  const { name, home, workdir } = step;
  return [
    "set -e;",
    FAIL_FUNCTION,
    "command -v chown >/dev/null || fail E_BASE_NO_SHELL 'the base image has no chown';",
    "[ -e /etc/passwd ] || : >/etc/passwd; [ -e /etc/group ] || : >/etc/group;",
    "uid= gid= group= uids=' ' gids=' ' line=;",
    `while IFS=: read -r line_name _ line_uid line_gid _ || [ -n "$line_name" ]; do`,
    `uids="$uids$line_uid "; if [ "$line_name" = ${name} ] && [ -z "$uid" ]; then uid=$line_uid gid=$line_gid; fi;`,
    "done </etc/passwd;",
    `while IFS=: read -r line_name _ line_gid _ || [ -n "$line_name" ]; do`,
    `gids="$gids$line_gid "; if [ "$line_name" = ${name} ] && [ -z "$group" ]; then group=$line_gid; fi;`,
    "done </etc/group;",
    'if [ -z "$uid" ]; then',
    "uid=1000;",
    'while case "$uids$gids" in *" $uid "*) true;; *) false;; esac; do uid=$((uid + 1)); done;',
    `gid=\${group:-$uid};`,
    // A last line without a newline must not swallow the one that is appended.
    'for file in passwd group; do while IFS= read -r line; do :; done </etc/$file; [ -z "$line" ] || echo >>/etc/$file; done;',
    `echo "${name}:x:$uid:$gid::${home}:/bin/sh" >>/etc/passwd;`,
    `[ -n "$group" ] || echo "${name}:x:$gid:" >>/etc/group;`,
    `mkdir -p ${home}; chown "$uid:$gid" ${home};`,
    "fi;",
    // GNU's chmod keeps a folder's setgid bit unless it is told otherwise.
    `mkdir -p ${workdir}; chmod a-st,u=rwx,go=rx ${workdir};`,
    ...chownScript([workdir], { user: '"$uid"', owner: '"$uid:$gid"', except: mounted }),
  ];
}
