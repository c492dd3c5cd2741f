import { createHash } from "node:crypto";
import { type PythonDistribution, pythonWheel, type WheelOptions } from "./python-wheel.ts";
import { zipArchive } from "./zip-archive.ts";

/** What a source distribution is made of. */
export interface SourceOptions extends WheelOptions {
  /** Python code that its build backend runs first, as when a package does something while it is built. */
  source: string;
}

/**
 * A source distribution (a zip, which installers take beside `.tar.gz`) that builds to {@link pythonWheel} of the same
 * options. Its build backend (PEP 517) lies in it and needs no other package.
 */
export function pythonSource(options: SourceOptions): PythonDistribution {
  const { name, version } = options;
  const wheel = pythonWheel(options);
  const stem = `${name.replaceAll(/[-.]/g, "_")}-${version}`;
  const bytes = zipArchive({
    // Version 2.1 leaves open what building changes, so a resolver has to ask the backend.
    [`${stem}/PKG-INFO`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${stem}/pyproject.toml`]:
      '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n\n' +
      `[project]\nname = "${name}"\ndynamic = ["version", "dependencies", "scripts", "entry-points"]\n`,
    [`${stem}/backend.py`]: `${options.source}
import shutil


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    shutil.copy("built.whl", f"{wheel_directory}/${wheel.filename}")
    return "${wheel.filename}"
`,
    [`${stem}/built.whl`]: wheel.bytes,
  });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, version, filename: `${stem}.zip`, bytes, sha256 };
}
