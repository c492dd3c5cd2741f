/**
 * The lines of `bin/activate` in the environment at `prefix`, for sh, bash and zsh: the same from every builder. Pure.
 */
export function activateScript(prefix: string): string[] {
  return [
    `# Makes this shell use the Python environment: . ${prefix}/bin/activate`,
    "deactivate() {",
    `  if [ -n "\${_OLD_VIRTUAL_PATH+set}" ]; then`,
    "    PATH=$_OLD_VIRTUAL_PATH",
    "    export PATH",
    "    unset _OLD_VIRTUAL_PATH",
    "  fi",
    "  unset VIRTUAL_ENV VIRTUAL_ENV_PROMPT",
    `  [ "\${1-}" = nondestructive ] || unset -f deactivate`,
    "  hash -r 2>/dev/null || true",
    "}",
    "deactivate nondestructive",
    `VIRTUAL_ENV=${prefix}`,
    `VIRTUAL_ENV_PROMPT=${prefix.slice(prefix.lastIndexOf("/") + 1)}`,
    "_OLD_VIRTUAL_PATH=$PATH",
    "PATH=$VIRTUAL_ENV/bin:$PATH",
    "unset PYTHONHOME",
    "export PATH VIRTUAL_ENV VIRTUAL_ENV_PROMPT",
    "hash -r 2>/dev/null || true",
  ];
}
