/** Added to PATH, since a base spec may have set a PATH without the folders of the system's programs. */
export const SYSTEM_PATH = "PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin;";

/**
 * Defines the shell function `fail CODE MESSAGE`. Its output does not appear in the Dockerfile itself, so a log that
 * quotes the script of a failed step is not mistaken for it. Also puts the system's programs on PATH.
 */
export const FAIL_FUNCTION = `${SYSTEM_PATH} fail() { printf 'imagespec:%s: %s\\n' "$1" "$2" >&2; exit 65; };`;
