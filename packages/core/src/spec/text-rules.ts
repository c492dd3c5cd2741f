import type { Problem } from "@imagespec/registry";
import { embeddedCredential, isPlatform, isTag, nameBreach, redact, referenceBreach } from "@imagespec/registry/terms";
import { variableBreach } from "../package-rules/installer-arguments.ts";
import { parseBaseImage } from "./base-image.ts";
import { IMAGE_ID_VARIABLE } from "./environment-names.ts";

/** A credential inside a URL of a package index or channel, where `/t/TOKEN/` is one too. */
export function credentialBreach(text: string): Problem | undefined {
  const found = embeddedCredential(text);
  if (found === undefined) return undefined;
  return credential(text, found === "user info" ? "a user name or password" : "a conda token");
}

/** User info in a URL, for texts where `/t/` may be an innocent part of an address. */
export function userInfoBreach(text: string): Problem | undefined {
  return embeddedCredential(text) === "user info" ? credential(text, "a user name or password") : undefined;
}

function credential(text: string, found: string): Problem {
  const message = `'${redact(text)}' carries ${found} in a URL; it would end up in the image, its history and its tag`;
  const hint =
    "Remove it from the URL and mount it with pipSecretMounts, for example as a .netrc file at /root/.netrc.";
  return { code: "userinfo", message, hint };
}

/** Text that cannot stand in a command line, a file name or an environment: NUL or half a surrogate pair. */
export function unprintableBreach(text: string): Problem | undefined {
  if (text.includes("\0")) return { code: "nul", message: "the text holds a NUL character", hint: "Take it out." };
  if (!text.isWellFormed())
    return { code: "not_text", message: "the text holds half of a surrogate pair", hint: "Write whole characters." };
  return undefined;
}

/** No name, address or path is longer; the patterns that read them need not be linear in their length. */
const LONGEST_TEXT = 8192;

/** The rule for the length of what names something. */
export function lengthBreach(text: string): Problem | undefined {
  if (text.length <= LONGEST_TEXT) return undefined;
  const message = `the text has ${text.length} characters, and at most ${LONGEST_TEXT} are allowed`;
  return { code: "too_long", message, hint: "Shorten it, or split it into several items." };
}

export function emptyBreach(text: string): Problem | undefined {
  return text.trim() === "" ? { code: "empty", message: "it is empty", hint: "Leave it out instead." } : undefined;
}

export function imageNameBreach(name: string): Problem | undefined {
  // A name of the registry before it, since that is what it stands behind.
  const breach = emptyBreach(name) ?? nameBreach(`x/${name}`);
  if (breach === undefined) return undefined;
  const message = breach.message.replace(`'x/${name}'`, `'${name}'`);
  return { code: "name", message, hint: "Write it like 'train' or 'team/train'; the tag is computed." };
}

export function pythonVersionBreach(version: string): Problem | undefined {
  // Without leading zeros, which would give one version two tags.
  if (/^[1-9]\d*(\.(0|[1-9]\d*)){1,2}$/.test(version)) return undefined;
  const message = `'${version}' is not X.Y or X.Y.Z`;
  return { code: "python_version", message, hint: 'Write it like "3.12" or "3.12.4".' };
}

export function baseImageBreach(image: string): Problem | undefined {
  const base = parseBaseImage(image);
  if (base.kind === "layout") {
    return base.path !== ""
      ? undefined
      : {
          code: "reference",
          message: "'oci:' names no folder",
          hint: "Write oci:PATH, where PATH is an OCI image layout.",
        };
  }
  if (image === "scratch") {
    const message = "'scratch' stands for no image in a Dockerfile, and no registry has one of that name";
    return { code: "reference", message, hint: "Name an image, such as debian:bookworm-slim." };
  }
  const breach = referenceBreach(image);
  return breach && { ...breach, hint: "Write it like 'debian:bookworm-slim' or 'ghcr.io/org/image@sha256:...'." };
}

export function imageReferenceBreach(image: string): Problem | undefined {
  const breach = referenceBreach(image);
  return breach && { ...breach, hint: "Write it like 'ghcr.io/astral-sh/uv:0.13.9'." };
}

/** The rule for `platform`: `os/arch[/variant]`, several separated by commas. */
export function platformBreach(text: string): Problem | undefined {
  for (const platform of text.split(",")) {
    if (isPlatform(platform.trim())) continue;
    const message = `'${platform.trim()}' is not a platform`;
    const hint = "Write os/arch[/variant], and separate several by commas: 'linux/amd64,linux/arm64'.";
    return { code: "platform", message, hint };
  }
  return undefined;
}

/** The rule for `tagFormat`: `{spec_hash}` stands in it and the result is a legal tag. */
export function tagFormatBreach(format: string): Problem | undefined {
  const hint = "Write it like '{spec_hash}-dev'.";
  if (!format.includes("{spec_hash}")) {
    return {
      code: "tag_format",
      message: `'${format}' does not hold {spec_hash}, so all images would share one tag`,
      hint,
    };
  }
  const example = format.replaceAll("{spec_hash}", "a".repeat(26));
  if (isTag(example)) return undefined;
  return {
    code: "tag_format",
    message: `'${format}' does not make a legal tag (letters, digits, _ . -, not starting with . or -, at most 128)`,
    hint,
  };
}

export function envNameBreach(name: string): Problem | undefined {
  const hint = "Use letters, digits and _.";
  if (name === "") return { code: "env_name", message: "an environment variable has no name", hint };
  if (/[=\s]/.test(name)) {
    return { code: "env_name", message: `the name '${name}' holds '=' or white space`, hint };
  }
  if (name === IMAGE_ID_VARIABLE) {
    const message = `${name} is set by imagespec to the image's id`;
    return { code: "env_name", message, hint: "Use another name." };
  }
  if (BUILD_ARGUMENT.test(name)) {
    return { code: "env_name", message: `the name '${name}' is reserved for the build`, hint: "Use another name." };
  }
  return undefined;
}

/** Names of build arguments in our Dockerfiles: a base that sets one would decide its value. */
const BUILD_ARGUMENT = /^IMAGESPEC_(?:ENV_\d+|PYTHON_(?:INSTALL_MIRROR|DOWNLOADS_JSON_URL))$/;

/** What Linux takes as one argument or `NAME=VALUE`: MAX_ARG_STRLEN, 32 pages of 4 KiB, less the NUL at its end. */
export const LARGEST_ARGUMENT = 131_071;

/**
 * What Linux takes as arguments and environment together: a quarter of the stack's usual limit of 8 MiB, less room for
 * what the image and its caller add.
 */
const LARGEST_ENVIRONMENT = 2 * 1024 ** 2 - 128 * 1024;
/** Bytes that each variable takes beside its text: a NUL and a pointer. */
const VARIABLE_BYTES = 9;

/** The rule for all environment variables together; of what is no text their types say what is wrong. */
export function environmentSizeBreach(env: Readonly<Record<string, unknown>>): Problem | undefined {
  const bytes = Object.entries(env).reduce(
    (sum, [name, value]) =>
      sum + Buffer.byteLength(`${name}=${typeof value === "string" ? value : ""}`) + VARIABLE_BYTES,
    0,
  );
  if (bytes <= LARGEST_ENVIRONMENT) return undefined;
  return {
    code: "env_size",
    message: `the variables take ${bytes} bytes together, and Linux starts no program with more than ${LARGEST_ENVIRONMENT}`,
    hint: "Put the large ones into files that `copy` ships.",
  };
}

/** The rule for the size of an environment variable. */
export function envSizeBreach(name: string, value: string): Problem | undefined {
  const bytes = Buffer.byteLength(`${name}=${value}`);
  if (bytes <= LARGEST_ARGUMENT) return undefined;
  return {
    code: "env_size",
    message: `the variable and its name have ${bytes} bytes, and Linux starts no program with one above ${LARGEST_ARGUMENT}`,
    hint: "Put it into a file that `copy` ships.",
  };
}

/** The rule for one word of `entrypoint`: no program is started with a longer one. */
export function argumentBreach(text: string): Problem | undefined {
  const bytes = Buffer.byteLength(text);
  if (bytes <= LARGEST_ARGUMENT) return undefined;
  const message = `it has ${bytes} bytes, and Linux starts no program with an argument above ${LARGEST_ARGUMENT}`;
  return { code: "argument_size", message, hint: "Put it into a file that `copy` ships." };
}

/** The rule for one of `commands`, which is part of an argument of the shell. */
export function commandBreach(text: string): Problem | undefined {
  return emptyBreach(text) ?? argumentBreach(text);
}

export function indexUrlBreach(url: string): Problem | undefined {
  // An address whose scheme holds capitals is a path on the installing machine to uv.
  if (/^https?:\/\/[^\s/]+\S*$/.test(url)) return variableBreach(url);
  const message = `'${redact(url).replace(/^[^/]*@/, "***@")}' is not an http or https URL`;
  return { code: "url", message, hint: "Write it like 'https://host/simple'." };
}

/** The rule for one entry of `copy`: a path below the root, on this machine and under /root alike. */
export function copyPathBreach(path: string): Problem | undefined {
  const hint = "Name a file or folder below the spec's root, such as 'data/model.bin'.";
  if (path.trim() === "") return { code: "copy_path", message: "an empty path cannot be copied", hint };
  if (path.startsWith("/") || path.startsWith("\\") || /^[A-Za-z]:[\\/]/.test(path)) {
    return { code: "copy_path", message: `'${path}' is absolute`, hint };
  }
  if (path.split(/[\\/]/).includes(".."))
    return { code: "copy_path", message: `'${path}' leads outside the root`, hint };
  return undefined;
}

/** Files that say what a project needs and that no builder installs from, and what to do with each. */
const OTHER_REQUIREMENTS: readonly (readonly [RegExp, string])[] = [
  [/^(?:setup\.py|setup\.cfg)$/, "Lock the project and name its uv.lock or poetry.lock."],
  [/^conda-lock|^pixi\./, "List the packages in condaPackages."],
  [/^Pipfile/, "Write a requirements.txt: pipenv requirements > requirements.txt."],
  [/^pdm\.lock$/, "Write a requirements.txt: pdm export -o requirements.txt."],
  [
    /\.(?:toml|lock|cfg|ini|json|whl|zip|gz)$/i,
    "Name a requirements.txt, uv.lock, poetry.lock, pylock.toml, environment.yml or a script with metadata inside.",
  ],
];

/** Locks, and the project file that stands for the uv.lock beside it. */
const PROJECT_FILES: ReadonlySet<string> = new Set(["uv.lock", "poetry.lock", "pyproject.toml"]);

/** The names of locks that every installer reads: `pylock.toml`, or `pylock.NAME.toml` (PEP 751). */
export const PYLOCK = /^pylock(?:\.[^.]+)?\.toml$/;

/** The rule for `requirements`: a file of a kind that is installed from; relative ones stay below the root. */
export function requirementsPathBreach(path: string): Problem | undefined {
  if (path.trim() === "") return emptyBreach(path);
  const name = path.split(/[\\/]/).at(-1) ?? path;
  const [, cure] = OTHER_REQUIREMENTS.find(([pattern]) => pattern.test(name)) ?? [];
  if (cure !== undefined && !PROJECT_FILES.has(name) && !PYLOCK.test(name)) {
    const message = `'${path}' is not a requirements.txt, a lock, an environment.yml or a script`;
    return { code: "requirements_kind", message, hint: cure };
  }
  if (!path.split(/[\\/]/).includes("..")) return undefined;
  const message = `'${path}' leads outside the root`;
  const hint = "Copy the file below the spec's root, or make the folder that holds it the root (`--root`).";
  return { code: "requirements_path", message, hint };
}

/** Files by which pip or uv choose where packages come from; that is the spec's to say, and in its tag. */
const INSTALLER_SETTINGS = new Set([
  "pip.conf",
  "pip.ini",
  "uv.toml",
  "pyproject.toml",
  "setup.cfg",
  "pydistutils.cfg",
  ".pydistutils.cfg",
  ".condarc",
  "condarc",
  ".mambarc",
]);
/** Where an image keeps its programs, and what the kernel lays there itself. */
const PROGRAMS = /^\/(?:usr|bin|sbin|lib\w*|opt|boot|dev|proc|sys)(?:\/|$)/;

/** The rule for where a secret is mounted. A secret is a credential: it does not decide what is installed. */
export function mountPathBreach(path: string): Problem | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (INSTALLER_SETTINGS.has(name)) {
    const message = `'${path}' would choose the package index, which a secret must not do: it is not part of the tag`;
    const hint = "Set the indexes in pipIndex and pipExtraIndexUrl, and mount their logins as /root/.netrc.";
    return { code: "installer_settings", message, hint };
  }
  if (PROGRAMS.test(path)) {
    const message = `'${path}' lies among the image's programs, and a secret must not replace one`;
    const hint = "Mount it below /root, /etc or /run/secrets, such as '/run/secrets/token'.";
    return { code: "mount_path", message, hint };
  }
  const parts = path.split("/").slice(1);
  if (path.startsWith("/") && !/[\r\n,"]/.test(path) && !parts.some((part) => ["", ".", ".."].includes(part)))
    return undefined;
  const message = `'${path}' is not an absolute path in the image, written without '.', '..' and empty parts`;
  return { code: "mount_path", message, hint: "Write it like '/root/.netrc'." };
}

export function imagePathBreach(path: string): Problem | undefined {
  if (path.startsWith("/") && !/[\r\n]/.test(path)) return undefined;
  const message = `'${path}' is not an absolute path in the image`;
  return { code: "python_exec", message, hint: "Write it like '/usr/bin/python3'." };
}
