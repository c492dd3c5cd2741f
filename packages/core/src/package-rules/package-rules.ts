import type { Problem } from "@imagespec/registry";
import { redact } from "@imagespec/registry/terms";
import { hashBreach } from "./hash-rule.ts";
import { variableBreach } from "./installer-arguments.ts";
import { markerBreach } from "./marker-rule.ts";
import type { Rule } from "./rule.ts";
import { specifierBreach } from "./specifier-rule.ts";

const NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
const EXTRAS = `(?:\\s*\\[\\s*(?:${NAME}(?:\\s*,\\s*${NAME})*)?\\s*\\])?`;
const CLAUSE = "(?:===|==|~=|!=|<=|>=|<|>)\\s*[A-Za-z0-9_.*+!-]+";
const CLAUSES = `${CLAUSE}(?:\\s*,\\s*${CLAUSE})*\\s*,?`;
// PEP 508 by name, and by direct reference to a URL.
const BY_NAME = new RegExp(
  `^${NAME}${EXTRAS}\\s*(?<specifiers>\\(\\s*${CLAUSES}\\s*\\)|${CLAUSES})?\\s*(?:;(?<marker>.*))?$`,
);
const BY_URL = new RegExp(
  `^(?:${NAME}${EXTRAS}\\s*@\\s*)?(?<address>(?:https?|(?:git|hg|svn|bzr)\\+(?:https?|ssh))://\\S+)\\s*(?:\\s;(?<marker>.*))?$`,
);
const LOCAL = new RegExp(
  `^(?:${NAME}${EXTRAS}\\s*@\\s*)?(?:[a-z+]*file:|\\.{0,2}/|~|[A-Za-z]:[\\\\/]|\\.{1,2}\\\\|\\.{1,2}$)`,
  "i",
);
const ARCHIVE = /\.(?:whl|zip|tar|tar\.\w+|tgz|tbz|tlz|txz)$/i;
/** The kinds of files that uv knows by their names; capitals are others. */
const FETCHED = /\.(?:whl|zip|tgz|tbz|tlz|txz|tar(?:\.(?:gz|bz2|lz|lzma|xz|zst))?)\/*$/;
/** A marker that begins within an address, for which uv takes it unless white space follows. */
const GLUED_MARKER = /:\/\/\S*;(?:\s|\(*(?:python_|os_name|sys_platform|platform_|implementation_|extra\b))/;
// A version may end in `*`, which apt takes for any rest: `curl=7.88.1-10+deb12u*`.
const APT = /^[a-z0-9][a-z0-9+.-]*(?::[a-z0-9-]+)?(?:=[A-Za-z0-9.+:~*-]+|\/[A-Za-z0-9._-]+)?$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Rules that every kind of package name shares: it must not be read as an option or end the line. */
function plainName(kind: string, optionHint = "Leave it out."): Rule {
  return (text): Problem | undefined => {
    if (text.trim() === "")
      return { code: "empty", message: `an empty text is not ${kind}`, hint: "Take it out of the list." };
    if (CONTROL.test(text)) {
      const message = `${kind} may not hold a line break or control character`;
      return { code: "control", message, hint: "Write each as a separate item." };
    }
    if (text.trim().startsWith("-")) {
      return { code: "option", message: `'${redact(text)}' is an option, not ${kind}`, hint: optionHint };
    }
    return undefined;
  };
}

/** The rule for one Python package: a PEP 508 requirement by name or by https or VCS URL; nothing on this machine. */
export function pythonPackageBreach(text: string): Problem | undefined {
  // One space for many: with several places that take white space, the patterns would not be linear in it.
  const trimmed = text.trim().replace(/\s+/g, " ");
  const [, editable] = /^(?:-e|--editable)(?:[\s=](.*)|$)/.exec(trimmed) ?? [];
  if (editable !== undefined || /^(?:-e|--editable)$/.test(trimmed)) {
    if (BY_URL.test((editable ?? "").trim())) {
      const message = `'${redact(text)}' is an editable install, which leaves a working copy in the image`;
      return { code: "editable", message, hint: "Drop -e: the same address without it is installed like any package." };
    }
    const message = `'${redact(text)}' is an editable install, which cannot be reproduced from its text`;
    const hint = "Ship the sources with sourceRoot or copy, or publish the package to an index.";
    return { code: "editable", message, hint };
  }
  const plain = plainName("a Python package", "Put options for the installer into pipExtraArgs.")(text);
  if (plain) return plain;
  // uv takes extras and a marker behind a path as well.
  const [subject = ""] = trimmed.split(/[[;]/, 1);
  if (LOCAL.test(trimmed) || (ARCHIVE.test(subject.trim()) && !subject.includes("://"))) {
    const message = `'${redact(text)}' is a path on this machine, which another machine cannot install`;
    const hint = "Name a version on an index or an https URL; local code goes into the image with sourceRoot or copy.";
    return { code: "local_path", message, hint };
  }
  const [, scheme = ""] = /(?:^|@)\s*([a-z]+(?:\+[a-z]+)?):\/\//i.exec(trimmed) ?? [];
  if (scheme === "ssh") {
    const message = `'${redact(text)}' has an address that uv takes for a path on this machine`;
    return { code: "local_path", message, hint: "Write 'git+ssh://'." };
  }
  if (scheme !== scheme.toLowerCase()) {
    const message = `'${redact(text)}' has capitals in the scheme of its address, which uv takes for a path on this machine`;
    return { code: "local_path", message, hint: `Write '${scheme.toLowerCase()}://'.` };
  }
  const byName = BY_NAME.exec(trimmed);
  if (byName) return specifierBreach(byName.groups?.specifiers ?? "") ?? ofMarker(byName);
  if (GLUED_MARKER.test(trimmed)) return gluedBreach(text);
  const byUrl = BY_URL.exec(trimmed);
  if (byUrl) return variableBreach(trimmed) ?? addressBreach(byUrl.groups?.address ?? "") ?? ofMarker(byUrl);
  const message = `'${redact(text)}' is not a PEP 508 requirement`;
  const hint =
    "Write it like 'numpy==2.1.0', 'requests[socks]>=2; python_version > \"3.9\"' or 'pkg @ https://host/pkg.whl'.";
  return { code: "requirement", message, hint };
}

function ofMarker({ groups }: RegExpExecArray): Problem | undefined {
  const marker = groups?.marker;
  return marker === undefined ? undefined : (variableBreach(marker) ?? markerBreach(marker));
}

function gluedBreach(text: string): Problem {
  const message = `'${redact(text)}' has a ';' without a space before it, which makes it part of the address`;
  return { code: "requirement", message, hint: "Write a space before ';'." };
}

/** What keeps uv from fetching an address. */
function addressBreach(address: string): Problem | undefined {
  const shown = redact(address);
  const [, tool] = /^(hg|svn|bzr)\+/.exec(address) ?? [];
  if (tool !== undefined) {
    const message = `'${shown}' is an address of ${tool}, which uv does not fetch from`;
    return { code: "requirement", message, hint: "Name a git repository, or the https URL of an archive." };
  }
  const [path = ""] = address.split(/[?#]/, 1);
  if (!address.startsWith("git+") && /;[^/]*$/.test(path)) return gluedBreach(address);
  if (address.startsWith("git+") || FETCHED.test(path)) return fragmentBreach(address);
  const message = `'${shown}' does not end like the name of a wheel or archive, by which uv knows what it is`;
  return { code: "requirement", message, hint: "Name the file itself: 'pkg @ https://host/pkg-1.0-py3-none-any.whl'." };
}

/** What is wrong with the hashes that the fragment of an address states, joined by `&`: uv checks one of them. */
function fragmentBreach(text: string): Problem | undefined {
  const [, fragment = ""] = /#(\S*)/.exec(text) ?? [];
  const hashes = fragment.split("&").flatMap((part) => {
    const [, algorithm, digest = ""] = /^(md5|sha\d+|blake2\w*|sha3\w*)[=:](.*)$/i.exec(part) ?? [];
    return algorithm === undefined ? [] : [`${algorithm}:${digest}`];
  });
  const breach = hashes.map(hashBreach).find((one) => one !== undefined);
  if (breach || hashes.length < 2) return breach;
  const message = `an address states ${hashes.length} hashes, of which installers check one`;
  return { code: "hash", message, hint: "Keep the strongest of them." };
}

/** The rule for one Debian package: `name[:arch][=version|/release]`. */
export function aptPackageBreach(text: string): Problem | undefined {
  const plain = plainName("an apt package")(text);
  if (plain) return plain;
  if (/^[^=/]*-$/.test(text)) {
    const message = `'${text}' would make apt remove a package`;
    return { code: "apt_package", message, hint: "Remove packages in commands, where it can be seen." };
  }
  if (APT.test(text)) return undefined;
  const message = `'${redact(text)}' is not an apt package name`;
  return { code: "apt_package", message, hint: "Write it like 'git', 'git=1:2.39.5-0+deb12u2' or 'git/bookworm'." };
}

/**
 * The rule for one conda match spec: versions and builds are left to the solver's grammar, where it comes from is not.
 */
export function condaPackageBreach(text: string): Problem | undefined {
  const plain = plainName("a conda package")(text);
  if (plain) return plain;
  const trimmed = text.trim();
  if (LOCAL.test(trimmed)) {
    const message = `'${redact(text)}' is a path on this machine`;
    return { code: "local_path", message, hint: "Name a package of a channel, such as 'numpy>=2'." };
  }
  const [, channel, name = trimmed] = /^(.*?)::(.*)$/s.exec(trimmed) ?? [];
  if (name.includes("://") || CONDA_ARCHIVE.test(name)) {
    const message = `'${redact(text)}' is the address of a package's file, which each solver installs in its own way`;
    return { code: "conda_address", message, hint: "Write it as CHANNEL::NAME=VERSION=BUILD." };
  }
  const [key] = /(?<=[[,]\s*)(?:channel|subdir|url|fn|file_name)(?=\s*=)/i.exec(name) ?? [];
  if (key !== undefined) {
    const message = `'${redact(text)}' names in brackets where the package comes from (${key})`;
    return { code: "conda_source", message, hint: "Write it in front, as CHANNEL::NAME or CHANNEL/SUBDIR::NAME." };
  }
  if (channel === "defaults" || channel?.startsWith("defaults/")) {
    const message = `'${redact(text)}' names 'defaults', which stands for several channels`;
    return { code: "conda_source", message, hint: "Name one of them: 'https://repo.anaconda.com/pkgs/main::NAME'." };
  }
  if (!CONDA_NAME.test(name)) {
    const message = `'${redact(text)}' does not begin with the name of a conda package`;
    return { code: "conda_name", message, hint: "Write it like 'numpy', 'numpy>=2' or 'conda-forge::numpy=2.1'." };
  }
  return channel === undefined ? undefined : channelAddressBreach(channel);
}

/** A name, of which conda takes patterns too, and what may follow it: a version, a build or brackets. */
const CONDA_NAME = /^\s*[\w*][\w.*-]*(?=$|[\s=<>!~[])/;
const CONDA_ARCHIVE = /\.(?:conda|tar\.bz2)(?:#.*)?$/i;
const SUBDIR = /\/(?:noarch|(?:linux|osx|win|emscripten|wasi|freebsd|zos)-\w+)$/;

/** The rule for one conda channel: a name or an http address. */
export function condaChannelBreach(text: string): Problem | undefined {
  const plain = plainName("a conda channel")(text);
  if (plain) return plain;
  const trimmed = text.trim().replace(/\/+$/, "");
  if (LOCAL.test(trimmed) || /[\s[\]]/.test(text) || trimmed === "local") {
    const message = `'${redact(text)}' is not a channel name or a URL`;
    return { code: "local_path", message, hint: "Name a channel such as 'conda-forge', or its https URL." };
  }
  if (SUBDIR.test(trimmed)) {
    const message = `'${redact(text)}' names a subdir, which the platform decides`;
    return { code: "conda_subdir", message, hint: "Name the channel alone." };
  }
  return channelAddressBreach(trimmed);
}

function channelAddressBreach(channel: string): Problem | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(channel)?.[1]?.toLowerCase();
  if (CONDA_ARCHIVE.test(channel)) {
    const message = `'${redact(channel)}' is the address of a package's file, not of a channel`;
    return { code: "conda_address", message, hint: "Name its channel, and the package in condaPackages." };
  }
  if (scheme === undefined || scheme === "https" || scheme === "http") return undefined;
  const message = `'${redact(channel)}' is not reached by http or https`;
  return { code: "conda_scheme", message, hint: "Serve the channel by https." };
}
