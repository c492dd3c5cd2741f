import { createHash } from "node:crypto";
import { type PythonDistribution, pythonWheel, type WheelOptions } from "./python-wheel.ts";
import { zipArchive } from "./zip-archive.ts";

/** What a source distribution is made of. */
export interface SourceOptions extends WheelOptions {
  /**
   * Python code that its build backend runs first, as when a package does something while it is built; or the files of
   * a project by path, whose own build backend then says what the wheel is made of.
   */
  source: string | Readonly<Record<string, string>>;
}

/**
 * A source distribution (a zip, which installers take beside `.tar.gz`) that builds to {@link pythonWheel} of the same
 * options. Its build backend (PEP 517) lies in it and needs no other package, unless it is a project's own.
 */
export function pythonSource(options: SourceOptions): PythonDistribution {
  const { name, version, source } = options;
  const stem = `${name.replaceAll(/[-.]/g, "_")}-${version}`;
  // Version 2.1 leaves open what building changes, so a resolver has to ask the backend.
  const info = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
  const project = typeof source === "string" ? ownBackend(options, source) : source;
  const files = Object.entries({ "PKG-INFO": info, ...project }).map(([path, text]) => [`${stem}/${path}`, text]);
  const bytes = zipArchive(Object.fromEntries(files));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, version, filename: `${stem}.zip`, bytes, sha256 };
}

/** A project whose backend runs code and then hands out a wheel that lies in it. */
function ownBackend(options: SourceOptions, code: string): Record<string, string | Uint8Array> {
  const wheel = pythonWheel(options);
  return {
    "pyproject.toml":
      '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n\n' +
      `[project]\nname = "${options.name}"\ndynamic = ["version", "dependencies", "scripts", "entry-points"]\n`,
    "backend.py": `${code}
import shutil


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    shutil.copy("built.whl", f"{wheel_directory}/${wheel.filename}")
    return "${wheel.filename}"
`,
    "built.whl": wheel.bytes,
  };
}
