import { canonicalJson, shortDigest } from "../identity/digest.ts";
import { quoteShell } from "../process/quote-shell.ts";
import type { Spec } from "../spec/spec.ts";

/**
 * The command to start a container with so that the spec's runtimePackages are there: installs them with uv, else with
 * `python -m pip`, into a folder of the user's that comes first on PYTHONPATH, and then becomes `argv`. Where neither
 * is there it exits with 127 and says to add pip. A second start in the same container installs nothing. Pure.
 */
export function runtimeCommand(spec: Spec, argv: readonly string[]): string[] {
  return ["/bin/sh", "-c", script(spec), "sh", ...argv];
}

function script(spec: Spec): string {
  const { runtimePackages = [], pipIndex, pipExtraIndexUrl = [] } = spec;
  if (runtimePackages.length === 0) return 'exec "$@"';
  const indexes = [
    ...(pipIndex === undefined ? [] : ["--index-url", pipIndex]),
    ...pipExtraIndexUrl.flatMap((url) => ["--extra-index-url", url]),
  ];
  const folder = shortDigest(canonicalJson({ packages: runtimePackages, indexes }));
  const wanted = [...indexes, ...runtimePackages].map(quoteShell).join(" ");
  // What the installers print goes to standard error: standard output is the command's.
  return `packages="\${HOME:-/nonexistent}/.imagespec/${folder}"
mkdir -p "$packages" 2>/dev/null && [ -w "$packages" ] || packages=$(mktemp -d) || exit
python=$(command -v python || command -v python3)
if [ -e "$packages/.complete" ]; then :
elif command -v uv >/dev/null 2>&1; then
  uv pip install --quiet --no-config \${python:+--python "$python"} --target "$packages" ${wanted} >&2 || exit
elif [ -n "$python" ] && "$python" -m pip --version >/dev/null 2>&1; then
  "$python" -m pip install --quiet --disable-pip-version-check --target "$packages" ${wanted} >&2 || exit
else
  echo "imagespec: runtime packages need uv or pip in the image, and it has neither: add pip to the spec's packages" >&2
  exit 127
fi
: >"$packages/.complete"
PYTHONPATH="$packages\${PYTHONPATH:+:$PYTHONPATH}"
PATH="$packages/bin:$PATH"
export PYTHONPATH PATH
exec "$@"`;
}
