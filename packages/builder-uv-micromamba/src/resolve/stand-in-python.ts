import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ImageSpecError } from "@imagespec/core/builder";

/** The folder, in a scratch folder, of the programs below and of what they leave behind. */
const FOLDER = "stand-in";

/**
 * A program that uv takes for the machine's Python, but that runs no code of a source distribution. With it uv chooses
 * the version that an installation would choose, whether that has a wheel or not, and builds nothing here.
 */
export interface StandInPython {
  /** Path of the program. */
  path: string;
  /** Variables that uv has to be started with. */
  env: Record<string, string>;
  /** The source distributions that uv tried to build, as `NAME VERSION`; undefined when it tried none. */
  refused(): Promise<string[] | undefined>;
  /** @throws ImageSpecError E_CACHE where programs may not be started from the scratch folder (mounted `noexec`). */
  checkPlace(): Promise<void>;
}

/** Writes one into a scratch folder, for one run of uv. Questions about the interpreter are answered by `python`. */
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
 * Answers uv's questions about the interpreter by asking the machine's Python, but names the program below as the
 * interpreter, so that uv starts that one for the code of source distributions.
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

/** uv starts this in the folder of a source distribution. It notes which one that is, by its PKG-INFO, and fails. */
const REFUSE = `#!/bin/sh
head -n 99 PKG-INFO > "$IMAGESPEC_REFUSED/$$" 2>/dev/null
exit 1
`;

function distribution(metadata: string): string | undefined {
  const field = (name: string) => new RegExp(`^${name}: *(\\S+)`, "mi").exec(metadata)?.[1];
  const [name, version] = [field("Name"), field("Version")];
  return name === undefined ? undefined : `${name} ${version ?? ""}`.trim();
}
