import { quoteShell } from "./quote.ts";

// On one line, which a RUN instruction can hold as it is.
const FIND =
  "import os, sys; print(next((ascii(os.path.join(folder, name)) for folder, folders, names in os.walk(sys.argv[1]) " +
  'for name in folders + names if name.startswith(".wh.")), ""))';

/**
 * Fails where an installer wrote a name that means "deleted" in a layer (OCI image-spec, layer.md, "Whiteouts"): the
 * image would lack what the name says. Comes after FAIL_FUNCTION.
 */
export function whiteoutScript(prefix: string): string[] {
  return [
    `found=$(${prefix}/bin/python -sSB -c ${quoteShell(FIND)} ${prefix});`,
    'if [ -n "$found" ]; then fail E_RESOLVE "the packages bring $found, a name that deletes files in an image"; fi;',
  ];
}
