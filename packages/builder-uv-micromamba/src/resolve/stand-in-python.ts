import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ImageSpecError } from "@imagespec/core/builder";

/** Where the programs below lie in a scratch folder, and what they leave there. */
const FOLDER = "stand-in";

/**
 * A program that uv takes for the machine's Python and that starts no code of a source distribution, so that uv can
 * choose the version that an installation chooses, whether it has a wheel or not, without building one here.
 */
export interface StandInPython {
  /** The program. */
  path: string;
  /** Has to be in uv's environment. */
  env: Record<string, string>;
  /** The source distributions that uv tried to build, as `NAME VERSION`; undefined when it tried none. */
  refused(): Promise<string[] | undefined>;
  /** @throws ImageSpecError E_CACHE where programs may not be started from the scratch folder (mounted `noexec`). */
  checkPlace(): Promise<void>;
}

/** Makes one in a scratch folder, which belongs to one run of uv. `python` answers for it. */
export async function standInPython(scratch: string, python: string): Promise<StandInPython> {
  const folder = join(scratch, FOLDER);
  const path = join(folder, "python");
  const refuse = join(folder, "refuse");
  const refused = join(folder, "refused");
  await mkdir(refused, { recursive: true });
  await writeFile(path, ANSWER, { mode: 0o755 });
  await writeFile(refuse, REFUSE, { mode: 0o755 });
  return {
    path,
    env: {
      IMAGESPEC_PYTHON: python,
      IMAGESPEC_REFUSE: refuse,
      IMAGESPEC_REFUSED: refused,
      // Whatever other Python uv may start ends at once.
      PYTHONHOME: join(folder, "none"),
    },
    async checkPlace() {
      await access(path, constants.X_OK).catch((cause: unknown) => {
        throw new ImageSpecError(
          "E_CACHE",
          `No program can be started from the cache: ${scratch} may not execute files`,
          {
            hint: "Set IMAGESPEC_CACHE_DIR to a folder of a file system that is mounted without noexec.",
            cause,
          },
        );
      });
    },
    async refused() {
      const names = await readdir(refused);
      if (names.length === 0) return undefined;
      const texts = await Promise.all(names.map((name) => readFile(join(refused, name), "utf8")));
      return texts.flatMap((text) => distribution(text) ?? []).sort();
    },
  };
}

/**
 * Answers uv's question about the interpreter as the machine's Python does, but says that the other program is that
 * interpreter: uv starts it for whatever comes of a source distribution.
 */
const ANSWER = `#!/bin/sh
unset PYTHONHOME
answer=$("$IMAGESPEC_PYTHON" "$@") || exit
exec "$IMAGESPEC_PYTHON" -I -c '
import json, sys
answer = json.loads(sys.argv[1])
answer["sys_executable"] = answer["sys_base_executable"] = sys.argv[2]
print(json.dumps(answer))
' "$answer" "$IMAGESPEC_REFUSE"
`;

/** Started in the folder of a source distribution: keeps its name and version (PKG-INFO), and fails. */
const REFUSE = `#!/bin/sh
head -n 99 PKG-INFO > "$IMAGESPEC_REFUSED/$$" 2>/dev/null
exit 1
`;

function distribution(metadata: string): string | undefined {
  const field = (name: string) => new RegExp(`^${name}: *(\\S+)`, "mi").exec(metadata)?.[1];
  const [name, version] = [field("Name"), field("Version")];
  return name === undefined ? undefined : `${name} ${version ?? ""}`.trim();
}
