import { createHash } from "node:crypto";
import { csvField } from "@imagespec/core/builder";
import { zipArchive } from "./zip-archive.ts";

/** What a wheel is made of. */
export interface WheelOptions {
  name: string;
  version: string;
  /** PEP 508 requirements. */
  requires?: string[];
  /** Console scripts: name to `module:function`. */
  scripts?: Record<string, string>;
  /** Further members by path, RECORD's lines included: text, bytes, or "" for a folder, whose path ends in `/`. */
  files?: Record<string, string | Uint8Array>;
}

/** A distribution's file, wheel or source, and what an index says of it. */
export interface PythonDistribution {
  name: string;
  version: string;
  filename: string;
  bytes: Buffer;
  sha256: string;
  /** The text of a wheel's METADATA, which indexes serve beside it (PEP 658). */
  metadata?: string;
}

/** A pure Python wheel (PyPA binary distribution format) whose module has `VERSION` and a function `main`. */
export function pythonWheel(options: WheelOptions): PythonDistribution {
  const { name, version, requires = [], scripts = {}, files: more = {} } = options;
  const module = name.replaceAll(/[-.]/g, "_");
  const info = `${module}-${version}.dist-info`;
  const metadata = [
    "Metadata-Version: 2.1",
    `Name: ${name}`,
    `Version: ${version}`,
    ...requires.map((requirement) => `Requires-Dist: ${requirement}`),
    "",
  ].join("\n");
  const files: Record<string, string | Uint8Array> = {
    ...more,
    [`${module}/__init__.py`]: `VERSION = "${version}"\n\n\ndef main():\n    print("${name}", VERSION)\n`,
    [`${info}/METADATA`]: metadata,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nGenerator: imagespec-testkit\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  };
  const points = Object.entries(scripts).map(([script, target]) => `${script} = ${target}`);
  if (points.length > 0) files[`${info}/entry_points.txt`] = `[console_scripts]\n${points.join("\n")}\n`;
  const members = Object.entries(files).filter(([path]) => !path.endsWith("/"));
  const record = members.map(([path, content]) => {
    const hash = createHash("sha256").update(content).digest("base64url");
    return `${csvField(path)},sha256=${hash},${Buffer.byteLength(content)}`;
  });
  files[`${info}/RECORD`] = [...record, `${info}/RECORD,,`, ""].join("\n");
  const bytes = zipArchive(files);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { name, version, filename: `${module}-${version}-py3-none-any.whl`, bytes, sha256, metadata };
}
