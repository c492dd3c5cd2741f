import { shellWord } from "@imagespec/core/builder";
import { FAIL_FUNCTION } from "./fragment/fail.ts";

/** A tree of shipped files, and where the script finds it. */
export interface Tree {
  /** `sourceRoot` or `copy`, for messages. */
  parameter: string;
  /** Where the tree lies while the step runs: the first of these folders that is there. With none, the step warns. */
  places: readonly string[];
  /** The folder that it is copied into. */
  to: string;
  /** Stands for which names the tree has, and of what kind: a cache knows a RUN by its text. */
  digest: string;
}

/**
 * Readies what the base has for a COPY that writes through links, as kaniko's does: what is not a file of its own at a
 * shipped file's path is removed, so that the COPY replaces it, as BuildKit's does. A folder where the base has
 * something else, or the other way round, is the spec's fault. Needs the built-ins of the shell alone unless something
 * is in the way; goes only into folders that both have.
 */
export function makeWayScript({ parameter, places, to, digest }: Tree): string[] {
  const target = shellWord(to);
  return [
    "set -e;",
    FAIL_FUNCTION,
    `: ${digest};`,
    `kind() { if [ -L "$1" ]; then echo 'a link'; elif [ -d "$1" ]; then echo 'a folder';`,
    `elif [ -f "$1" ]; then echo 'a file'; else echo 'a special file'; fi; };`,
    `folder() { [ -d "$1" ] && [ ! -L "$1" ]; };`,
    // Without find, which tells what has several names, every file gives way.
    "find=; if command -v find >/dev/null; then find=yes; fi;",
    'make_way() { for from in "$1"/* "$1"/.[!.]* "$1"/..?*; do',
    '[ -e "$from" ] || [ -L "$from" ] || continue;',
    `name=\${from#"$tree"/}; to=${target}/$name;`,
    '[ -e "$to" ] || [ -L "$to" ] || continue;',
    'if folder "$from" && folder "$to"; then make_way "$from";',
    'elif folder "$from" || folder "$to"; then',
    `fail E_INPUT_FILE "${parameter}: '$name' is $(kind "$from"), and the base image has $(kind "$to") at $to";`,
    // COPY itself replaces whatever is not a folder by a link.
    'elif [ -L "$from" ]; then continue;',
    'elif [ -L "$to" ] || [ ! -f "$to" ] || [ -z "$find" ]; then rm -f "$to"; fi; done; };',
    `find_tree() { for tree in ${places.map(shellWord).join(" ")}; do [ ! -d "$tree" ] || return 0; done; return 1; };`,
    "if find_tree; then",
    'make_way "$tree";',
    `if [ -n "$find" ]; then find ${target}/ -xdev -type f -links +1 -exec /bin/sh -c`,
    `'target=$1; shift; for to; do from=$0/\${to#"$target"/}; if [ -f "$from" ] && [ ! -L "$from" ]; then rm -f "$to"; fi; done'`,
    `"$tree" ${target} {} +; fi;`,
    "else printf 'imagespec:%s: %s\\n' warning",
    `'links of the base image below ${to} could not be looked for, so files may be written through them' >&2; fi`,
  ];
}
