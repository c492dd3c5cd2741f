/** Where the image goes; never hashed, but for the platforms. */
export interface ResolvedTarget {
  registry?: string | undefined;
  name: string;
  tagFormat?: string | undefined;
  platforms: string[];
}

/** Where an environment's Python comes from. */
export type PythonSource =
  /** The base's python3; none there is E_NO_PYTHON. */
  | { from: "base" }
  /** The base's python3 when it is that version (`3.12` matches `3.12.4`), else uv-managed in /opt/python. */
  | { from: "version"; version: string }
  /** That interpreter, with its site packages. */
  | { from: "exec"; path: string };

/** `[path in the context, type, mode in octal, sha256 or link target]`. */
export type ContentFile = [path: string, type: "file" | "directory" | "symlink", mode: string, content: string];

/** The hashed document, without values that are unset. Keys are sorted when it is written. */
export interface Content {
  imagespec: 1;
  recipe: 1;
  id: string;
  platforms: string[];
  /** The base's name, or for an OCI layout the digest of its manifest. */
  base: { image: string; given: boolean } | { layout: string };
  apt?: readonly string[] | undefined;
  environment?:
    | { manager: "venv"; python: PythonSource; bytecode: boolean }
    | {
        manager: "conda";
        pythonVersion: string;
        packages: readonly string[];
        channels: readonly string[];
        bytecode: boolean;
      }
    | undefined;
  packages?: ContentPackages | undefined;
  env?: Readonly<Record<string, string>> | undefined;
  files?: ContentFile[] | undefined;
  trees?: ("source" | "copy")[] | undefined;
  commands?: readonly string[] | undefined;
  entrypoint?: readonly string[] | undefined;
  tools: { uvImage: string; micromambaImage: string };
  builderOptions?: Readonly<Record<string, unknown>> | undefined;
}

/** The Python packages of the hashed document. */
export interface ContentPackages {
  /** `requirements` and `lock` are paths in the context. */
  from: "requirements" | "uv-lock" | "pylock" | "poetry-lock";
  packages?: readonly string[] | undefined;
  requirements?: string | undefined;
  lock?: string | undefined;
  pyproject?: string | undefined;
  /** Projects of this machine that are built and installed; their files are among `files`. */
  projects?: readonly ContentProject[] | undefined;
  index?: string | undefined;
  extraIndexes?: readonly string[] | undefined;
  torchBackend?: string | undefined;
  extraArgs?: readonly string[] | undefined;
}

/** A project that is built into a wheel and installed. */
export interface ContentProject {
  name: string;
  /** Folder in the context. */
  path: string;
  /** The environment marker it is installed under; unset for everywhere. */
  marker?: string | undefined;
}
