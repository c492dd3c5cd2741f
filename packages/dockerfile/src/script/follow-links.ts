import { FAIL_FUNCTION } from "./fragment/fail.ts";

/** What no layer holds, so that it need not be searched. */
const NOT_OF_THE_IMAGE = "/proc|/sys|/dev|/kaniko";

/**
 * Fails where the file system holds a link that leads neither to something nor to a path that is not there: in a
 * circle, through a file, to a name that is too long. kaniko's snapshot ends at the first of them that is new to it,
 * without an error, and what it has not seen by then is not in the image. Needs `ls` only where a link leads to
 * nothing.
 */
export function followLinksScript(): string[] {
  return [
    FAIL_FUNCTION,
    'follow_links() { for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do',
    'if [ -L "$entry" ]; then [ -e "$entry" ] ||',
    // The shell does not say why a link cannot be followed.
    'case "$(LC_ALL=C ls -dL -- "$entry" 2>&1)" in *": No such file or directory") ;;',
    '*) fail E_UNSUPPORTED "kaniko loses files of an image that has a link which cannot be followed: $entry";; esac;',
    `elif [ -d "$entry" ]; then case "$entry" in ${NOT_OF_THE_IMAGE}) ;; *) follow_links "$entry";; esac; fi; done; };`,
    "follow_links ''",
  ];
}
