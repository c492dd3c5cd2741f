import { redact } from "@imagespec/registry/terms";
import { type Table, table, tables } from "../uv-project/toml-table.ts";
import { credentialBreaches, type LockBreach, localBreach, parseTable } from "./lock-breaches.ts";
import { lockMarkerBreaches } from "./lock-markers.ts";
import type { Requirements } from "./requirements.ts";
import type { RequirementsFile } from "./requirements-reader.ts";

/** A version of the format whose locks are read; the second number is of additions (PEP 751). */
const READ_VERSION = /^1(?:\.\d+)*$/;

/**
 * A pylock.toml (PEP 751), which is shipped and installed as it is. What another machine could not install from it goes
 * into the faults: files and folders of this one, credentials, and groups that would be installed by default.
 */
export async function readPylock(
  { file, reader }: RequirementsFile,
  warn: (message: string) => void,
): Promise<Requirements | undefined> {
  const text = await reader.read(file);
  if (text === undefined) return undefined;
  const parsed = parseTable("lock", text);
  const breaches = [
    ...credentialBreaches("lock", text),
    ...("breach" in parsed ? [parsed.breach] : pylockBreaches(parsed.table)),
  ];
  for (const breach of breaches) reader.refuse(file, breach);
  const version = "table" in parsed ? parsed.table["lock-version"] : undefined;
  if (isReadVersion(version) && /[1-9]/.test(version.slice(1)))
    warn(`'${reader.shown(file)}' is a lock of version ${version}, of which 1.0 is read (PEP 751)`);
  const packages = "table" in parsed ? tables(parsed.table.packages) : [];
  return {
    entries: reader.entries,
    source: { from: "pylock", lock: reader.contextPath(file) },
    extraArgs: [],
    havePip: packages.some(({ name }) => name === "pip"),
  };
}

function isReadVersion(version: unknown): version is string {
  return typeof version === "string" && READ_VERSION.test(version);
}

/** What keeps a pylock.toml from being installed on another machine. Pure. */
function pylockBreaches(lock: Table): LockBreach[] {
  if (!isReadVersion(lock["lock-version"])) {
    const message = `it is not a lock of version 1 (PEP 751): lock-version is ${JSON.stringify(lock["lock-version"])}`;
    return [
      { file: "lock", code: "lock_version", message, hint: "Write it again with `uv export --format pylock.toml`." },
    ];
  }
  const missing = ["created-by", "packages"].find((key) => lock[key] === undefined);
  if (missing !== undefined) {
    const hint = "Write it again with `uv export --format pylock.toml`.";
    return [{ file: "lock", code: "lock_form", message: `it has no '${missing}', which PEP 751 requires`, hint }];
  }
  const local = [...tables(lock.packages).flatMap((entry) => originBreach(entry) ?? []), ...lockMarkerBreaches(lock)];
  const groups = lock["default-groups"];
  if (!Array.isArray(groups) || groups.length === 0) return local;
  const message = `it installs groups by default: ${groups.map(String).join(", ")}`;
  const hint = "Write the lock for the image alone, without default-groups.";
  return [...local, { file: "lock", code: "default_groups", message, hint }];
}

/** A package that is taken from this machine, or from a repository without its commit. */
function originBreach(entry: Table): LockBreach | undefined {
  const { directory, vcs, archive, sdist, wheels } = entry;
  const name = String(entry.name);
  const repository = table(vcs);
  if (vcs !== undefined && typeof repository["commit-id"] !== "string") {
    const message = `the package '${name}' comes from a repository without its commit`;
    return { file: "lock", code: "commit", message, hint: "Write the lock again." };
  }
  const kinds = Object.entries({ wheels, archive, vcs, directory }).filter(([, value]) => value !== undefined);
  if (kinds.length > 1) {
    const message = `the package '${name}' has ${kinds.map(([kind]) => kind).join(" and ")}, of which it may have one`;
    return { file: "lock", code: "lock_form", message, hint: "Write the lock again." };
  }
  const files = [repository, table(archive), table(sdist), ...tables(wheels)];
  const place = table(directory).path ?? files.map(({ path, url }) => path ?? fileAddress(url)).find(Boolean);
  if (place === undefined) return undefined;
  return localBreach("lock", name, `'${redact(String(place))}'`);
}

function fileAddress(url: unknown): unknown {
  return /^(?:\w+\+)?file:/i.test(String(url)) ? url : undefined;
}
